import { z } from "zod";
import { requestBodies } from "../../lib/files/registry.ts";
import type { Operation, Responses } from "../operation.ts";
import { KeysTable } from "./keys_table.tsx";
import { Prose } from "./prose.tsx";
import { requestExamples } from "./request_examples.ts";

/** What a route is for, how it is called, and what it responds with. */
export function OperationSection({ operation }: { operation: Operation }) {
  const { method, url, id, summary, description, query, path, headers, body, form, responses } = operation;
  const asked = z.toJSONSchema(query ?? z.object(), { io: "input" }).properties ?? {};
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{summary}</h3>
      <p>
        <code class="route">{method.toUpperCase()} {url}</code>
        {operation.isSignedIn ? null : " – without signing in"}
      </p>
      <p>
        <Prose text={description} />
      </p>
      <Examples operation={operation} />
      {query && Object.keys(asked).length > 0 && <KeysTable caption="Query" schema={query} io="input" />}
      {body && [...requestBodies].map(([fileType, schema]) => (
        <details>
          <summary>Body for file {fileType}</summary>
          <KeysTable caption={`Body for file ${fileType}`} schema={schema} io="input" />
        </details>
      ))}
      {form && <KeysTable caption="Form" schema={form} io="input" />}
      <Named
        names="In the path"
        of={Object.entries(path).map(([name, { description }]) => [name, description])}
      />
      <Named names="Headers" of={Object.entries(headers)} />
      {responses.map((response) => <Response response={response} />)}
      <Errors operation={operation} />
    </section>
  );
}

/** The same call in each language: one after the other, or as tabs where there is script. */
function Examples({ operation }: { operation: Operation }) {
  return (
    <div class="ways">
      {Object.entries(requestExamples(operation)).map(([language, text]) => (
        <div class="way" data-language={language}>
          <h4>{language}</h4>
          <pre tabindex={0}><code>{text}</code></pre>
        </div>
      ))}
    </div>
  );
}

function Named({ names, of }: { names: string; of: [name: string, description: string][] }) {
  if (of.length === 0) return null;
  return (
    <>
      <h4>{names}</h4>
      <dl class="facts">
        {of.map(([name, description]) => (
          <>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <Prose text={description} />
            </dd>
          </>
        ))}
      </dl>
    </>
  );
}

function Response(
  { response: { status = 200, description, schema, mediaTypes = [] } }: { response: Responses },
) {
  const { examples = [] } = (schema && z.globalRegistry.get(schema)) as { examples?: unknown[] } ?? {};
  return (
    <>
      <h4>Response {status}</h4>
      {description && (
        <p>
          <Prose text={description} />
        </p>
      )}
      {mediaTypes.length > 0 && (
        <p>
          As {mediaTypes.map((mediaType, i) => (
            <>
              {i > 0 && ", "}
              <code>{mediaType}</code>
            </>
          ))}
        </p>
      )}
      {examples.map((example) => <pre tabindex={0}><code>{JSON.stringify(example, null, 2)}</code></pre>)}
      {schema && (
        <details>
          <summary>What each key is</summary>
          <KeysTable caption="Response" schema={schema} io="output" />
        </details>
      )}
    </>
  );
}

function Errors({ operation: { errors } }: { operation: Operation }) {
  return (
    <p>
      Errors: {[...errors, 405, 500].map((status, i) => (
        <>
          {i > 0 && ", "}
          <a href={`#status-${status}`}>{status}</a>
        </>
      ))}
    </p>
  );
}
