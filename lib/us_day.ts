/** A day `YYYY-MM-DD` as `MM/DD/YYYY`. */
export function usDay(iso: string): string {
  const [year, month, day] = iso.split("-");
  return `${month}/${day}/${year}`;
}
