/** `deno task start`: the whole service on this machine, until Ctrl-C. */
import { runStack } from "../dev/stack/index.ts";
import { exampleRequest } from "../dev/stack/example_request.ts";

const code = await runStack({
  untilStopped: true,
  // deno-lint-ignore no-console -- the processes' logs, passed on
  onLine: (process, line) => console.error(`${process.padEnd(6)} | ${line}`),
}, async ({ url, token, sql }, signal) => {
  const request = await exampleRequest(sql);
  // deno-lint-ignore no-console -- this is the command's answer
  console.log(`
The API listens on ${url}. Your token, an administrator's: ${token}

In a browser: ${url}, signed in with the token.

Ask for a file with curl:
  curl -sS ${url}/v1/generate_detached_file/ -H 'Authorization: Bearer ${token}' \\
    -H 'Content-Type: application/json' -d '${JSON.stringify(request)}'

Ask how it is getting on (the job_id of the answer above); "url" is the link to the finished file:
  curl -sS '${url}/v1/check_detached_generation_status/?job_id=1' -H 'Authorization: Bearer ${token}'

Ctrl-C stops everything. The data stays in .data/.
`);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
});
Deno.exit(code);
