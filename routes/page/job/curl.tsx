/** The same request for a program: without any secret, which the reader's own variable holds. */
export function Curl({ origin, body }: { origin: string; body: Record<string, unknown> }) {
  // In single quotes a shell takes everything but these as it stands.
  const data = JSON.stringify(body).replaceAll("'", `'\\''`);
  const text = [
    `curl -sS '${origin.replaceAll("'", "%27")}/v1/generate_detached_file/' \\`,
    `  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\`,
    `  -H "Prefer: wait=45" -d '${data}'`,
  ].join("\n");
  return (
    <details>
      <summary>The same with curl</summary>
      <p>
        It takes your API token from the variable <code>TOKEN</code>.{" "}
        <button type="button" class="quiet small" data-copy="curl" hidden>
          <span>Copy</span> <span class="unseen">the command</span>
        </button>
      </p>
      <pre id="curl" tabindex={0}>{text}</pre>
    </details>
  );
}
