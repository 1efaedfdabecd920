import { catalogue } from "../../lib/error_catalogue.ts";
import { ERRORS } from "./errors.ts";
import { Prose } from "./prose.tsx";

interface Entry {
  status: number;
  retryable: boolean;
  sentence: (parameters: unknown) => string;
}

/** Stands for whatever an error names, in whatever way its sentence uses it. */
const ELLIPSIS: unknown = new Proxy(() => {}, {
  get: (_target, key) => key === Symbol.toPrimitive || key === "toJSON" ? () => "…" : ELLIPSIS,
  apply: () => ELLIPSIS,
});

/** An error's sentence, with an ellipsis for what is different each time. */
export function sentenceOf({ sentence }: Entry): string {
  const text = String(sentence(ELLIPSIS));
  return text === "…" ? "what is wrong, in a sentence each" : text;
}

/** Every error of the catalogue that a request can be responded to with, by status. */
export const errorsByStatus: readonly (readonly [code: string, entry: Entry])[] = (
  Object.entries(catalogue) as [string, Entry][]
)
  // The others tell why a job has failed, or are for a client that has hung up.
  .filter(([, { status }]) => status !== 0 && status !== 499)
  .sort(([, a], [, b]) => a.status - b.status);

/** Why a job has failed: the errors that no request is responded to with. */
export const failures = (Object.entries(catalogue) as [string, Entry][]).filter(([, { status }]) =>
  status === 0
);

/** All errors that there are, from the one catalogue that they are made of. */
export function ErrorTables() {
  return (
    <>
      <Table caption="Errors of requests" of={errorsByStatus} />
      <Table caption="Errors of jobs that have failed (error_code of the status)" of={failures} />
      <dl class="facts">
        {Object.entries(ERRORS).map(([status, { description }]) => (
          <>
            <dt id={`status-${status}`}>{status}</dt>
            <dd>
              <Prose text={description} />
            </dd>
          </>
        ))}
      </dl>
    </>
  );
}

function Table({ caption, of }: { caption: string; of: typeof errorsByStatus }) {
  return (
    <div class="scroll" tabindex={0}>
      <table class="keys">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col" class="number">Status</th>
            <th scope="col">The same again?</th>
            <th scope="col">Message</th>
          </tr>
        </thead>
        <tbody>
          {of.map(([code, entry]) => (
            <tr>
              <th scope="row">
                <code>{code}</code>
              </th>
              <td class="number">{entry.status || "–"}</td>
              <td>{entry.retryable ? "later" : "no"}</td>
              <td>{sentenceOf(entry)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
