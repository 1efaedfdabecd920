/** `deno task start`: the whole service on this machine, until Ctrl-C. */
import { exampleRequest } from "../dev/stack/example_request.ts";
import { runStack } from "../dev/stack/index.ts";
import { readOptions, runMain } from "../run_main.ts";

const USAGE = `Usage: deno task start [--yes]

Starts the whole service on this machine: an embedded Postgres with sample data, the API and a worker. Prints its address,
a token and commands to paste; Ctrl-C stops all of it. Everything it makes is kept in .data/.

With DATABASE_URL set it uses that database instead. It then brings it up to date, puts sample data into it if nothing else
is there, and makes an administrator's token for it:
  --yes   says that this is wanted

Exit codes: 0 stopped; 1 something failed; 2 wrong usage or settings; 3 the database cannot be used; 4 HOST and PORT cannot be
listened on.`;

await runMain(USAGE, async (args) => {
  const { values } = readOptions("start", args, { yes: { type: "boolean" } });
  return await runStack({
    untilStopped: true,
    yes: values.yes ?? false,
    // deno-lint-ignore no-console -- the processes' logs, passed on
    onLine: (process, line) => console.error(`${process.padEnd(6)} | ${line}`),
  }, async ({ url, token, sql, embeddedUrl }, signal) => {
    const request = await exampleRequest(sql);
    // deno-lint-ignore no-console -- this is the command's output
    console.log(`
The API listens on ${url}. Your token, an administrator's: ${token}

In a browser: ${url}, signed in with the token.

Ask for a file with curl:
  curl -sS ${url}/v1/generate_detached_file/ -H 'Authorization: Bearer ${token}' \\
    -H 'Content-Type: application/json' -d '${JSON.stringify(request)}'

Ask how it is getting on (the job_id of the response above); "url" is the link to the finished file:
  curl -sS '${url}/v1/check_detached_generation_status/?job_id=1' -H 'Authorization: Bearer ${token}'

Or let the command-line client do both:
  deno task generate --type D1 --cgac ${request.cgac_code} --start ${request.start} --end ${request.end} -o d1.csv
${embeddedUrl ? aboutEmbedded(embeddedUrl) : ""}
Ctrl-C stops everything. The data stays in .data/.
`);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
});

function aboutEmbedded(url: string): string {
  return `
The database is ${url} (the password is in .data/database-url).
In another terminal, in this folder, without DATABASE_URL, these work on it:
  deno task status
  deno task load archive-contracts FY2024_All_Contracts_Full.zip   real data, which takes the sample's place (docs/loading.md)
  deno task token create --user you --agency 020:reader
`;
}
