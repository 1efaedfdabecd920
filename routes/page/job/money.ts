/**
 * An exact sum, as text with its decimals, for a person: the very digits, with a comma after three of them.
 */
export function moneyOf(exact: string): string {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(exact) ?? [];
  if (whole === undefined) return exact;
  return `${sign ? "−" : ""}$${whole.replaceAll(/\B(?=(\d{3})+$)/g, ",")}${rest}`;
}
