import type { Difference } from "../../../lib/reconciliations/first_differences.ts";
import { number } from "../job_words.ts";

/** The first lines of a differences file, as a table. */
export function FirstLines({ lines, all }: {
  lines: readonly Difference[];
  /** How many there are in the file. */
  all: number;
}) {
  const caption = lines.length < all
    ? `The first ${lines.length} of ${number(all)} differences`
    : "All differences";
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">{caption}</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="Lines of the file">
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col" class="number">Row</th>
              <th scope="col">Award or account</th>
              <th scope="col" class="number">Yours</th>
              <th scope="col" class="number">Treasury</th>
              <th scope="col" class="number">Difference</th>
              <th scope="col">Explanation</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr>
                <th scope="row">{line["Rule"]}</th>
                <td class="number">{line["RowNumber"]}</td>
                <td>{subjectOf(line)}</td>
                <td class="number">{line["Yours"]}</td>
                <td class="number">{line["Treasury"]}</td>
                <td class="number">{line["Difference"]}</td>
                <td class="wraps">{line["Explanation"]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length < all && <p>The file has all of them.</p>}
    </section>
  );
}

/** The award or the account that a line is about. */
function subjectOf(line: Difference): string {
  const parent = line["ParentAwardId"] ? `, parent ${line["ParentAwardId"]}` : "";
  if (line["PIID"]) return `PIID ${line["PIID"]}${parent}`;
  if (line["FAIN"]) return `FAIN ${line["FAIN"]}`;
  if (line["URI"]) return `URI ${line["URI"]}`;
  return line["TAS"] ? `TAS ${line["TAS"]}` : "";
}
