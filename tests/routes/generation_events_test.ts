import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { rawConnection } from "../helpers/raw_http.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";
import { within } from "../helpers/within.ts";

interface Event {
  id: string;
  event: string;
  // deno-lint-ignore no-explicit-any -- the status object is what is tested
  data: any;
}

/** Reads a stream of events to its end. */
async function events(
  service: Service,
  jobId: number,
  headers: Record<string, string> = {},
): Promise<Event[]> {
  const response = await fetch(`${service.api.url}/v1/generations/${jobId}/events`, {
    headers: { Authorization: `Bearer ${service.api.token}`, ...headers },
  });
  assert.equal(response.headers.get("Cache-Control"), "no-store");
  assert.equal(response.headers.get("X-Accel-Buffering"), "no");
  assert.ok(response.headers.get("X-Request-Id"));
  const text = await response.text();
  return text.split("\n\n").filter((block) => block.includes("data:")).map((block) => {
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
    return { id: fields["id"], event: fields["event"], data: JSON.parse(fields["data"]) };
  });
}

/** Waits until so many requests are held. */
const held = ({ api }: Service, count: number) =>
  until(`${count} are held`, async () => {
    const figures = await (await fetch(`${api.url}/metrics`)).text();
    return figures.includes(`\ndetached_waiting_requests ${count}\n`);
  });

Deno.test("events tell the status from the queue to the finished file, and end", async () => {
  await using service = await startService({}, { contracts: 100_000 });
  await addAgencies(service.sql);
  const { job_id } = await service.request(allContracts);
  const following = events(service, job_id);
  await service.worker();
  const told = await following;
  assert.ok(told.every(({ event }) => event === "status"));
  assert.equal(told[0]!.data.state, "queued");
  const last = told.at(-1)!;
  assert.equal(last.data.status, "finished");
  assert.match(last.data.url, /^http/);
  const progress = told.filter(({ data }) => data.state === "running").map(({ data }) => data.rows_written);
  assert.ok(progress.length > 1);
  assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
  const estimated = last.data.rows_estimated;
  assert.ok(estimated > 70_000 && estimated < 130_000, `estimated ${estimated} of 100,000`);

  const again = await fetch(`${service.api.url}/v1/generations/${job_id}/events`, {
    headers: { Authorization: `Bearer ${service.api.token}`, "Last-Event-ID": last.id },
  });
  assert.equal(again.status, 204, "who has had the last event is told to stop");
});

Deno.test("a thousand waiting clients cost one connection, and wake when the listening connection was lost meanwhile", async () => {
  await using service = await startService({ MAX_HELD_REQUESTS: "1000" });
  await addAgencies(service.sql);
  await addContracts(service.sql, 10);
  const { job_id } = await service.request(allContracts);
  const url = `${service.api.url}/v1/check_detached_generation_status/?job_id=${job_id}`;
  const headers = { Authorization: `Bearer ${service.api.token}`, Prefer: "wait=50" };
  // On a busy machine their time may be over before all of them are there, or the file is: then they ask
  // again.
  const waiting = Promise.all(Array.from({ length: 1000 }, async () => {
    for (let job; (job = await (await fetch(url, { headers })).json()).status !== "finished";) {
      assert.equal(job.status, "waiting");
    }
  }));
  // Whatever goes wrong is told at the end.
  waiting.catch(() => {});
  const connections = () =>
    service.sql<{ application_name: string; pid: number; query: string }[]>`
    SELECT application_name, pid, query FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'api%'`;
  await held(service, 1000);
  const found = await connections();
  assert.equal(found.filter(({ application_name }) => application_name === "api-listen").length, 1);
  assert.ok(found.length <= 11, `${found.length} connections`);
  await service
    .sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'api-listen' AND datname = current_database()`;
  await service.worker();
  await waiting;
});

Deno.test("a stopping API answers those who wait and ends the events, at once", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  const { job_id } = await service.request(allContracts);
  const following = await fetch(`${service.api.url}/v1/generations/${job_id}/events`, {
    headers: { Authorization: `Bearer ${service.api.token}` },
  });
  const reader = following.body!.pipeThrough(new TextDecoderStream()).getReader();
  let told = (await reader.read()).value!;
  const waiting = fetch(`${service.api.url}/v1/check_detached_generation_status/?job_id=${job_id}`, {
    headers: { Authorization: `Bearer ${service.api.token}`, Prefer: "wait=50" },
  }).then((response) => response.json());
  await held(service, 2);
  service.api.kill("SIGTERM");
  // It would be held for longer than that by whoever waits.
  assert.equal(await within(30, "the API's end", service.api.ended), 0);
  assert.equal((await waiting).state, "queued");
  for (let more; !(more = await reader.read()).done;) told += more.value;
  assert.equal(told.match(/^event: status$/gm)?.length, 1);
});

Deno.test("streams of events and their clients", async (t) => {
  await using service = await startService();
  await addAgencies(service.sql);
  const headers = { Authorization: `Bearer ${service.api.token}` };

  await t.step("thousands of HEADs on streams leave nothing behind", async () => {
    const { job_id } = await service.request(allContracts);
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 100 }, async () => {
        const response = await fetch(`${service.api.url}/v1/generations/${job_id}/events`, {
          method: "HEAD",
          headers,
        });
        assert.deepEqual(
          [response.status, response.headers.get("Content-Type"), await response.text()],
          [200, "text/event-stream", ""],
        );
      }));
    }
    await held(service, 0);
  });

  for (
    const [what, version, header] of [["HTTP/1.0", "1.0", ""], ["close", "1.1", "Connection: close\r\n"]]
  ) {
    await t.step(
      `to a client of ${what} they are what it understands, and end with the connection`,
      async () => {
        const { job_id } = await service.request(allContracts);
        const { hostname, port } = new URL(service.api.url);
        using connection = await rawConnection(Number(port), hostname);
        await connection.send(
          `GET /v1/generations/${job_id}/events HTTP/${version}\r\nHost: ${hostname}\r\n${header}` +
            `Authorization: Bearer ${service.api.token}\r\n\r\n`,
        );
        const head = await connection.until("\r\n\r\n");
        assert.match(head, /\r\nConnection: close\r\n/i);
        assert.doesNotMatch(head, /keep-alive/i);
        if (version === "1.0") assert.doesNotMatch(head, /Transfer-Encoding/i);
        await service.api.send("DELETE", `/v1/generations/${job_id}`);
        assert.match(await connection.rest(), /"cancelled"/);
      },
    );
  }
});
