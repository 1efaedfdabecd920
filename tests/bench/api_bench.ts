/**
 * The API alone: requests that are stored, against pgbench doing the two inserts (a generation and its task)
 * in one transaction over as many connections, with a million old jobs in the tables; and requests that are
 * refused, against a bare Deno.serve.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import { createToken } from "../../lib/auth/tokens.ts";
import { ensureUser, setAdministrator } from "../../lib/auth/users.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { interleaved, isThere, judgeLeast, median, run } from "./measure.ts";

const PGBENCH = "/usr/bin/pgbench", WRK = "/usr/bin/wrk";
const OLD_JOBS = Number(Deno.env.get("BENCH_ROWS") ?? 1_000_000);
const USERS = 500;
/** As many as the API's pool has. */
const CONNECTIONS = "10";
const SECONDS = "5";

for (const program of [PGBENCH, WRK]) {
  if (!await isThere(program)) {
    console.log(`  left out: there is no ${program} (Debian's packages postgresql-contrib and wrk)`);
    Deno.exit(0);
  }
}

await using resources = new AsyncDisposableStack();
const service = resources.use(await startService({ LOG_LEVEL: "info" }));
const folder = await Deno.makeTempDir();
resources.defer(() => Deno.remove(folder, { recursive: true }));
await addAgencies(service.sql);
await service.sql`
  WITH old AS (
    INSERT INTO file_generation (file_type, agency_code, start_date, end_date, request, request_key, data_version,
      state, attempt, started_at, ended_at, stored_key, file_name, size_bytes, row_count, rows_written, sha256)
    SELECT 'D1', '020', '2016-01-01', '2016-03-31', '{}', 'old ' || n, 0,
      'finished', 1, now(), now(), n || '/1/x.csv', 'x.csv', 1, 1, 1, repeat('0', 64)
    FROM generate_series(1, ${OLD_JOBS}) AS n
    RETURNING file_generation_id
  )
  INSERT INTO generation_job (file_generation_id, requested_by, reused)
  SELECT file_generation_id, 'user-' || file_generation_id % ${USERS}, false FROM old`;
await service.sql`VACUUM ANALYZE file_generation`;
await service.sql`VACUUM ANALYZE generation_job`;
const tokens = await service.sql.begin(async (tx) => {
  const made = [];
  for (let i = 0; i < USERS; i++) {
    const { userId } = await ensureUser(tx, `user-${i}`);
    await setAdministrator(tx, userId, true);
    made.push((await createToken(tx, userId)).token);
  }
  return made;
});

/** The requests a second that wrk gets answered, all with the wanted status. */
async function wrk(url: string, script: string, connections: string): Promise<number> {
  const path = `${folder}/script.lua`;
  await Deno.writeTextFile(path, script);
  const said = await run(WRK, ["-t1", `-c${connections}`, `-d${SECONDS}`, "-s", path, url]);
  if (/wrong status/.test(said)) throw new Error(said.slice(0, 500));
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)![1]);
}

let sent = 0;
/** No two of these requests are equal; each user sends few enough not to be refused. */
const posts = () => `
  local tokens = {${tokens.map((token) => `"${token}"`).join(",")}}
  local n = ${sent += 1_000_000}
  request = function()
    n = n + 1
    local body = string.format('{"file_type":"D1","cgac_code":"020","start":"%02d/%02d/%04d","end":"12/31/9999"}',
      n % 12 + 1, math.floor(n / 12) % 28 + 1, math.floor(n / 336) % 9000 + 500)
    return wrk.format("POST", "/v1/generate_detached_file/",
      {Authorization = "Bearer " .. tokens[n % ${USERS} + 1], ["Content-Type"] = "application/json"}, body)
  end
  response = function(status) if status ~= 200 then print("wrong status " .. status) end end`;

await Deno.writeTextFile(
  `${folder}/inserts.sql`,
  `
\\set n random(1, 9000000000000)
BEGIN;
INSERT INTO file_generation (file_type, agency_code, start_date, end_date, request, request_key, data_version)
VALUES ('D1', '020', '2016-01-01', '2016-03-31', '{"file_type": "D1"}', 'bench ' || :n, 0)
RETURNING file_generation_id AS id \\gset
SELECT enqueue_generation(:id, 0);
COMMIT;
`,
);
async function pgbench(): Promise<number> {
  const args = [
    "-n",
    "-c",
    CONNECTIONS,
    "-j",
    "1",
    "-T",
    SECONDS,
    "-f",
    `${folder}/inserts.sql`,
    service.db.url,
  ];
  return Number(/tps = ([\d.]+)/.exec(await run(PGBENCH, args))![1]);
}
async function stored(): Promise<number> {
  // What was waited for in the round before would count against the users' limits.
  await service.sql`UPDATE file_generation SET state = 'cancelled', ended_at = now() WHERE state = 'queued'`;
  return await wrk(service.api.url, posts(), CONNECTIONS);
}

const bare = resources.use(
  Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json({ message: "Sign in." }, { status: 401 }),
  ),
);
/** What the API answers a stranger, from a server that does nothing else. */
const refusal = await fetch(`${service.api.url}/v1/generate_detached_file/`, { method: "POST" });
const { status } = refusal, body = await refusal.text();
const headers = Object.fromEntries(
  [...refusal.headers].filter(([name]) =>
    !["connection", "content-length", "date", "keep-alive"].includes(name)
  ),
);
const same = resources.use(
  Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(body, { status, headers }),
  ),
);
const refused = (wanted: number, body: string, authorization = "") => `
  wrk.method = "POST"
  wrk.path = "/v1/generate_detached_file/"
  wrk.body = '${body}'
  wrk.headers["Content-Type"] = "application/json"
  ${authorization}
  response = function(status) if status ~= ${wanted} then print("wrong status " .. status) end end`;
const nobody = refused(401, '{"file_type": "D1"}');
const signedIn = refused(400, '{"file_type": "D9"}', `wrk.headers["Authorization"] = "Bearer ${tokens[0]}"`);

const rates = await interleaved({
  pgbench,
  "requests stored": stored,
  "bare Deno.serve": () => wrk(`http://127.0.0.1:${bare.addr.port}`, nobody, "50"),
  "bare Deno.serve with the same answer": () => wrk(`http://127.0.0.1:${same.addr.port}`, nobody, "50"),
  "refused with 401": () => wrk(service.api.url, nobody, "50"),
  "refused with 400": () => wrk(service.api.url, signedIn, "50"),
});
console.log(`  with ${OLD_JOBS.toLocaleString("en-US")} old jobs, a second:`);
for (const [name, values] of Object.entries(rates)) {
  console.log(`    ${name}: ${Math.round(median(values))} (${values.map(Math.round).join(" ")})`);
}
const of = (a: string, b: string) => median(rates[a]!) / median(rates[b]!);
const holds = [
  judgeLeast("requests stored, of pgbench's transactions", of("requests stored", "pgbench"), 0.5),
  judgeLeast(
    "refused with 401, of what a bare Deno.serve answers",
    of("refused with 401", "bare Deno.serve"),
    0.7,
  ),
];
console.log(
  `  refused with 401, of what a bare Deno.serve gives of the same answer: ${
    of("refused with 401", "bare Deno.serve with the same answer").toFixed(2)
  }`,
);
console.log(
  `  refused with 400 after signing in: ${of("refused with 400", "bare Deno.serve").toFixed(2)} of it`,
);
await resources.disposeAsync();
Deno.exit(holds.every(Boolean) ? 0 : 1);
