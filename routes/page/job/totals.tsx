import type { FileTotals } from "../../../lib/files/totals/totals.ts";
import { Bars } from "../bars.tsx";
import { Breakable } from "../breakable.tsx";
import { number } from "../job_words.ts";
import { moneyOf } from "./money.ts";
import { SubTiers } from "./sub_tiers.tsx";

/** The amount that the plots are of, where a file has it. */
const PLOTTED = "FederalActionObligation";

/** A file's control totals: what its records come to, and two plots of its obligations. */
export function Totals({ totals, fileType }: { totals: FileTotals; fileType: string }) {
  const { records, distinctAwards, recordsThatDiffer, amounts, byMonth, bySubTier } = totals;
  const isOfAwards = byMonth !== null;
  const hasPlot = byMonth !== null && byMonth.length > 0;
  return (
    <section aria-labelledby="totals">
      <h2 id="totals">Control totals</h2>
      <p class="muted">
        Counted from the very records of the file while it was written: what you load must come to the same.
      </p>
      <div class={hasPlot ? "beside even" : "alone"}>
        <div>
          <dl class="figures">
            <div>
              <dt>Records</dt>
              <dd>{number(records)}</dd>
            </div>
            <div>
              <dt>{isOfAwards ? "Awards" : "Accounts"}</dt>
              <dd>{number(distinctAwards)}</dd>
            </div>
            {recordsThatDiffer !== null && (
              <div>
                <dt>Records that differ</dt>
                <dd>{number(recordsThatDiffer)}</dd>
              </div>
            )}
          </dl>
          <Amounts amounts={amounts} fileType={fileType} />
        </div>
        {hasPlot && (
          <Bars
            caption="Obligations by month"
            says={saysOf(byMonth)}
            of={["Month", PLOTTED]}
            bars={byMonth.map(({ month, amounts }) => ({
              label: month,
              value: Number(amounts[PLOTTED] ?? 0),
              text: moneyOf(amounts[PLOTTED] ?? "0"),
            }))}
          />
        )}
      </div>
      {bySubTier && bySubTier.length > 0 && <SubTiers subTiers={bySubTier} amount={PLOTTED} />}
    </section>
  );
}

function saysOf(byMonth: NonNullable<FileTotals["byMonth"]>): string {
  const [first, last] = [byMonth[0]!.month, byMonth.at(-1)!.month];
  const value = ({ amounts }: { amounts: Record<string, string> }) => Number(amounts[PLOTTED] ?? 0);
  const most = byMonth.reduce((most, one) => value(one) > value(most) ? one : most);
  return `Obligations of ${byMonth.length} ${
    byMonth.length === 1 ? "month" : "months"
  }, ${first} to ${last}; ` +
    `the most in ${most.month}, ${moneyOf(most.amounts[PLOTTED] ?? "0")}`;
}

function Amounts({ amounts, fileType }: { amounts: Record<string, string>; fileType: string }) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Sums">
      <table>
        <caption class="unseen">{`The sums of the amounts in the file ${fileType}`}</caption>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col" class="number">Sum</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(amounts).map(([header, sum]) => (
            <tr>
              <th scope="row">
                <Breakable name={header} />
              </th>
              <td class="number">{moneyOf(sum)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
