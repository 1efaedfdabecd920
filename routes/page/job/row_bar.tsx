/**
 * A cell of a table with a bar in it; what it shows stands beside it as a number, so it is for eyes alone.
 */
export function RowBar({ value, most }: {
  value: number;
  /** The value of the longest bar. */
  most: number;
}) {
  const share = most === 0 ? 0 : Math.min(1, Math.abs(value) / most);
  // What is not nothing is seen.
  const width = value === 0 ? 0 : Math.max(.5, Math.round(share * 1000) / 10);
  return (
    <td class="bar-cell" aria-hidden="true">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" focusable="false">
        <rect class={value < 0 ? "negative" : "positive"} width={String(width)} height="10" />
      </svg>
    </td>
  );
}
