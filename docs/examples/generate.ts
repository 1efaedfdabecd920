/**
 * Asks for a file and waits for it, with the typed client: bodies and responses are checked when this is compiled.
 * URL=http://127.0.0.1:8000 TOKEN=… deno run --allow-net --allow-env=URL,TOKEN docs/examples/generate.ts
 */
// deno-lint-ignore-file no-console -- an example speaks to its reader
import { createClient } from "../../routes/client.ts";

const client = createClient(Deno.env.get("URL") ?? "http://127.0.0.1:8000", Deno.env.get("TOKEN")!);
const headers = { headers: { Prefer: "wait=45" } };

const asked = await client.v1.generate_detached_file.$post({
  json: { file_type: "A", cgac_code: "020", year: 2017, period: 6 },
}, headers);
if (!asked.ok) throw new Error(await asked.text());
let status = await asked.json();
while (status.status === "waiting") {
  const query = { job_id: String(status.job_id) };
  status = await (await client.v1.check_detached_generation_status.$get({ query }, headers)).json();
}
console.log(status.status, status.rows, status.sha256);
Deno.exit(status.status === "finished" ? 0 : 1);
