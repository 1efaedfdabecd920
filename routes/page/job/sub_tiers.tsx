import type { FileTotals } from "../../../lib/files/totals/totals.ts";
import { number } from "../job_words.ts";
import { moneyOf } from "./money.ts";
import { RowBar } from "./row_bar.tsx";

type SubTier = NonNullable<FileTotals["bySubTier"]>[number];

/** So many stand there at once; the others are a click away. */
const MOST_SHOWN = 15;

/** What each sub-tier agency's records come to, the greatest sums first: a table, with a bar in each row. */
export function SubTiers({ subTiers, amount }: { subTiers: readonly SubTier[]; amount: string }) {
  const value = ({ amounts }: SubTier) => Number(amounts[amount] ?? 0);
  const sorted = subTiers.toSorted((a, b) => Math.abs(value(b)) - Math.abs(value(a)));
  const most = Math.abs(value(sorted[0]!));
  const Rows = ({ of, caption }: { of: readonly SubTier[]; caption: string }) => (
    <div class="scroll" tabindex={0} role="region" aria-label={caption}>
      <table class="barred">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Sub-tier agency</th>
            <th scope="col" class="number">Records</th>
            <th scope="col" class="number">Obligations</th>
            <td aria-hidden="true"></td>
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr>
              <th scope="row">{nameOf(one)}</th>
              <td class="number">{number(one.records)}</td>
              <td class="number">{moneyOf(one.amounts[amount] ?? "0")}</td>
              <RowBar value={value(one)} most={most} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
  const rest = sorted.slice(MOST_SHOWN);
  return (
    <>
      <Rows of={sorted.slice(0, MOST_SHOWN)} caption="Obligations by sub-tier agency" />
      {rest.length > 0 && (
        <details>
          <summary>{`The other ${number(rest.length)} sub-tier agencies`}</summary>
          <Rows of={rest} caption="Obligations of the other sub-tier agencies" />
        </details>
      )}
    </>
  );
}

const nameOf = ({ code, name }: SubTier): string =>
  code === null ? "without a sub-tier agency" : name === null ? code : `${name} (${code})`;
