import type { User } from "../../lib/auth/user.ts";
import { type Operation, type Tag, TAGS } from "../operation.ts";
import { Layout } from "../page/layout.tsx";
import { ErrorTables } from "./error_table.tsx";
import { OperationSection } from "./operation_section.tsx";

/** The page about the API, made from what the OpenAPI document is made from. */
export function DocsPage(
  { operations, visitor }: { operations: readonly Operation[]; visitor: User | undefined },
) {
  const byTag = Map.groupBy(operations, ({ tag }) => tag);
  const groups = Object.entries(TAGS).map(([tag, about]) => ({ about, of: byTag.get(tag as Tag) ?? [] }));
  return (
    <Layout title="The API – DATA Act files" visitor={visitor} scripts={["docs.js"]}>
      <h1>The API</h1>
      <p class="lead">
        Makes the DATA Act files D1, D2, A and BOC from Treasury's own data. For programs:{" "}
        <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).
      </p>
      <p>
        Send an API token as <code>Authorization: Bearer …</code>. In the examples, <code>URL</code>{" "}
        is the address of this service, <code>TOKEN</code> your token, and <code>LINK</code> the{" "}
        <code>url</code> of a finished job; those in Python need the package{" "}
        <code>requests</code>. What is in each column of a file is in the{" "}
        <a href="/dictionary">dictionary</a>.
      </p>
      <nav aria-label="Routes" class="contents">
        {groups.map(({ about, of }) => (
          <>
            <p>{about}</p>
            <ul>
              {of.map(({ id, summary, method, url }) => (
                <li>
                  <a href={`#${id}`}>{summary}</a> <code class="route">{method.toUpperCase()} {url}</code>
                </li>
              ))}
            </ul>
          </>
        ))}
        <p>
          <a href="#errors">Errors</a>
        </p>
      </nav>
      {groups.map(({ about, of }) => (
        <>
          <h2>{about}</h2>
          {of.map((operation) => <OperationSection operation={operation} />)}
        </>
      ))}
      <h2 id="errors">Errors</h2>
      <p>
        Every error is JSON with a <code>message</code> for people, a <code>code</code>{" "}
        for programs, and, where fields are wrong, <code>errors</code> with each of them.
      </p>
      <ErrorTables />
    </Layout>
  );
}
