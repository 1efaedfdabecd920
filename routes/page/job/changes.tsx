import type { Changes } from "../../../lib/changes/change_writer.ts";
import { number } from "../job_words.ts";
import { RowBar } from "./row_bar.tsx";

const WORDS = {
  added: "Records that are new",
  changed: "Records that have changed",
  removed: "Records that are gone",
};

/** How many records a file of changes has, by kind. */
export function ChangesFound({ changes, since }: { changes: Changes; since: number }) {
  const most = Math.max(...Object.values(changes));
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">What has changed</h2>
      <p>
        Since the file of <a href={`/jobs/${since}`}>{`job ${since}`}</a>
        {most === 0 ? " nothing has changed." : ":"}
      </p>
      {most > 0 && (
        <table class="barred">
          <caption class="unseen">Records by what has become of them</caption>
          <thead>
            <tr>
              <th scope="col">What has become of them</th>
              <th scope="col" class="number">Records</th>
              <td aria-hidden="true"></td>
            </tr>
          </thead>
          <tbody>
            {Object.entries(WORDS).map(([kind, words]) => (
              <tr>
                <th scope="row">{words}</th>
                <td class="number">{number(changes[kind as keyof Changes])}</td>
                <RowBar value={changes[kind as keyof Changes]} most={most} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
