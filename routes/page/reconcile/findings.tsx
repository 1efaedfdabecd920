import { type Findings, rulesOf } from "../../../lib/reconciliations/rules.ts";
import { RowBar } from "../job/row_bar.tsx";
import { number } from "../job_words.ts";
import { RULE_WORDS } from "./rule_words.ts";

/** How many differences each rule has found, in plain words, with a bar in each row. */
export function FindingsByRule({ fileType, findings }: { fileType: string; findings: Findings }) {
  const rules = rulesOf[fileType] ?? [];
  const found = rules.filter(({ code }) => (findings[code] ?? 0) > 0);
  const all = found.reduce((sum, { code }) => sum + findings[code]!, 0);
  const most = Math.max(0, ...found.map(({ code }) => findings[code]!));
  const clean = rules.filter((rule) => !found.includes(rule)).map(({ code }) => code);
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">What differs</h2>
      {found.length === 0
        ? <p class="alert good">Nothing: your file and Treasury's data agree by every rule.</p>
        : (
          <>
            <p>
              {`${number(all)} ${
                all === 1 ? "difference" : "differences"
              }, by ${found.length} of ${rules.length} rules.`}
            </p>
            <div class="scroll" tabindex={0} role="region" aria-label="Differences by rule">
              <table class="barred">
                <caption class="unseen">Differences by rule</caption>
                <thead>
                  <tr>
                    <th scope="col">Rule</th>
                    <th scope="col">What it finds, and what to do</th>
                    <th scope="col" class="number">Found</th>
                    <td aria-hidden="true"></td>
                  </tr>
                </thead>
                <tbody>
                  {found.map(({ code, severity }) => (
                    <tr>
                      <th scope="row">
                        {code} <span class="muted">{severity}</span>
                      </th>
                      <td>
                        {RULE_WORDS[code]?.finds}. <span class="muted">{RULE_WORDS[code]?.todo}</span>
                      </td>
                      <td class="number">{number(findings[code]!)}</td>
                      <RowBar value={findings[code]!} most={most} />
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      {found.length > 0 && clean.length > 0 && <p class="muted">{`Nothing found: ${clean.join(", ")}.`}</p>}
    </section>
  );
}
