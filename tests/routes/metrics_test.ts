import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { ISSUER_FAILURES, STORAGE_REFUSALS } from "../../lib/metrics.ts";
import { testApp } from "../helpers/app.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body } from "../helpers/generations.ts";
import { freePort } from "../helpers/free_port.ts";
import { isInstalled } from "../helpers/installed.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const files = ["grafana-dashboard.json", "prometheus-alerts.yml"];

Deno.test("API and worker tell Prometheus what the dashboard and the alerts ask for, and what was done", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  await addContracts(service.sql, 100);
  await service
    .sql`INSERT INTO data_source (source_table, loaded_at) VALUES ('sf_133', now() - interval '1 hour')`;
  const port = freePort();
  await service.worker({ WORKER_METRICS_PORT: String(port), HOST: "127.0.0.1" });
  const { job_id } = await service.request(allContracts);
  const { size } = await service.ended(job_id);
  await service.api.send("GET", "/v1/nowhere/4711");
  const api = await (await fetch(`${service.api.url}/metrics`)).text();
  // The file is published before the worker has counted it.
  const worker = await until("the worker has counted the file", async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return /^detached_files_finished_total 1$/m.test(text) && text;
  });
  assert.match(
    api,
    /detached_http_request_seconds_count\{method="POST",route="\/v1\/generate_detached_file",status="200"\} 1/,
  );
  assert.match(api, /detached_http_request_seconds_count\{method="GET",route="unknown",status="404"\} 1/);
  assert.match(api, /detached_generations\{state="queued"\} 0/);
  assert.doesNotMatch(api, /4711|tester/, "nothing that a user has sent is a label");
  assert.match(worker, /detached_rows_written_total 100/);
  assert.match(worker, new RegExp(`detached_file_bytes_total ${size}`));

  for (const [text, kind] of [[api, "api"], [worker, "worker"]] as const) {
    assert.match(
      text,
      new RegExp(`detached_build_info\\{process="${kind}",version="[^"]+",deno="[^"]+"\\} 1`),
    );
    assert.match(text, /process_resident_memory_bytes [1-9]/);
    assert.match(text, /process_start_time_seconds [1-9]/);
    assert.match(text, /nodejs_eventloop_lag_seconds \d/);
  }
  // What has not happened yet is there, so that its first time is an increase.
  assert.match(worker, /^detached_files_failed_total 0$/m);
  assert.match(
    worker,
    /^detached_attempts_failed_total\{code="storage_unavailable",state="failed"\} 0$/m,
  );
  assert.match(api, /^detached_http_responses_total\{class="5xx"\} 0$/m);
  for (const text of [api, worker]) {
    for (const reason of STORAGE_REFUSALS) {
      assert.match(text, new RegExp(`^detached_storage_refusals_total\\{reason="${reason}"\\} 0$`, "m"));
    }
    assert.match(text, /^detached_storage_free_bytes [1-9]/m, "the room on the disk of a local folder");
  }
  for (const reason of ISSUER_FAILURES) {
    assert.match(api, new RegExp(`^detached_issuer_failures_total\\{reason="${reason}"\\} 0$`, "m"));
  }
  assert.match(
    api,
    /^detached_newest_action_age_seconds\{table="detached_award_procurement"\} [1-9]/m,
    "how old the newest action is",
  );
  const [, age] = /^detached_data_age_seconds\{table="sf_133"\} (\S+)$/m.exec(api)!;
  assert.ok(Number(age) >= 3600 && Number(age) < 7200, age);

  const held = await fetch(`${service.api.url}/v1/generations/${job_id}/events`, {
    headers: { Authorization: `Bearer ${service.api.token}` },
  });
  await held.text();
  const { job_id: waiting } = await service.request({ ...allContracts, file_format: "txt" });
  await fetch(`${service.api.url}/v1/check_detached_generation_status/?job_id=${waiting}`, {
    headers: { Authorization: `Bearer ${service.api.token}`, Prefer: "wait=45" },
  }).then((response) => response.text());
  const later = await (await fetch(`${service.api.url}/metrics`)).text();
  assert.match(
    later,
    /_count\{method="GET",route="\/v1\/generations\/\{job_id\}\/events",status="200"\} 1/,
    "a route's label is what the documents call it",
  );
  assert.doesNotMatch(later, /route="[^"]*[:*\[]/);

  const known = new Set(
    [...`${api}${worker}`.matchAll(/^# TYPE (\w+) (\w+)/gm)].flatMap(([, name, type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
    ),
  );
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(`../../docs/${file}`, import.meta.url));
    const named = [...text.replaceAll(/=~\\?"[^"]*"/g, "").matchAll(/\bdetached_\w+/g)].map(([name]) => name);
    assert.ok(named.length > 0, file);
    for (const name of named) assert.ok(known.has(name), `${file} asks for ${name}, which nothing tells`);
  }
});

Deno.test("the metrics are for the bearer of their token, where one is set", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db, { metricsToken: "scrape-me-0123456789" });
  const get = (token?: string) =>
    app.send("GET", "/metrics", { as: null, headers: token ? { Authorization: `Bearer ${token}` } : {} });
  assert.equal((await get()).status, 401);
  assert.equal((await get("scrape-me-012345678")).status, 401);
  assert.equal((await get("scrape-me-0123456789")).status, 200);
});

Deno.test("readyz tells of database, storage and queue, and is 503 where one of the two fails", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await ask(db.sql, d1Body());
  {
    await using app = await testApp(db);
    const { status, json } = await app.send("GET", "/readyz", { as: null });
    assert.equal(status, 200);
    assert.deepEqual([json.database, json.storage, json.queued, json.running], ["ok", "ok", 1, 0]);
    assert.ok(json.oldest_queued_seconds >= 0);
  }
  {
    await using app = await testApp(db);
    await Deno.remove(app.store.options.dir, { recursive: true });
    await Deno.writeTextFile(app.store.options.dir, "no folder");
    const { status, json } = await app.send("GET", "/readyz", { as: null });
    assert.deepEqual([status, json.status, json.database, json.storage], [503, "not ready", "ok", "failed"]);
  }
  const nowhere = connect("postgres://nobody@127.0.0.1:1/none", { max: 1, name: "test" });
  await using app = await testApp(db, { sql: nowhere });
  const { status, json, text } = await app.send("GET", "/readyz", { as: null });
  assert.deepEqual([status, json.database, json.storage, json.queued], [503, "failed", "ok", null]);
  assert.doesNotMatch(text, /127\.0\.0\.1|nobody/);
  await nowhere.end({ timeout: 0 });
});

Deno.test("the time that a response is held is none that the service took", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const path = `/v1/check_detached_generation_status/?job_id=${jobId}`;
  const sum = async () => {
    const { text } = await app.send("GET", "/metrics", { as: null });
    return Number(
      /_sum\{method="GET",route="\/v1\/check_detached_generation_status",status="200"\} (\S+)/.exec(text)![1],
    );
  };
  await app.send("GET", path);
  const before = await sum();
  await app.send("GET", path, { headers: { Prefer: "wait=3" } });
  assert.ok(await sum() - before < 3);
});

Deno.test("the figures are told without a database too, and say that it is away", async () => {
  await using db = await testDatabase();
  const nowhere = connect("postgres://nobody@127.0.0.1:1/none", { max: 1, name: "test" });
  await using app = await testApp(db, { sql: nowhere });
  const { status, text } = await app.send("GET", "/metrics", { as: null });
  assert.equal(status, 200);
  assert.match(text, /^detached_database_up 0$/m);
  assert.doesNotMatch(text, /^detached_(generations|oldest_queued_seconds)\b/m);
  await nowhere.end({ timeout: 0 });
});

const PROMTOOL = "/usr/bin/promtool";
const promtool = async (...args: string[]) => {
  const { success, stdout, stderr } = await new Deno.Command(PROMTOOL, {
    args,
    cwd: new URL("../..", import.meta.url),
  }).output();
  assert.ok(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
};

Deno.test({
  name: "every alert fires when it should, and none where all is well (needs promtool)",
  ignore: !isInstalled(PROMTOOL),
}, async () => {
  await promtool("check", "rules", "docs/prometheus-alerts.yml");
  await promtool("test", "rules", "tests/metrics/alerts.yml");
  const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  const tried = await read("tests/metrics/alerts.yml");
  for (const [, alert] of (await read("docs/prometheus-alerts.yml")).matchAll(/- alert: (\w+)/g)) {
    assert.match(tried, new RegExp(`alertname: ${alert}\\n\\s+exp_alerts`), `${alert} is not tried`);
    assert.match(await read("docs/operations.md"), new RegExp(`^\\| ${alert} \\|`, "m"));
  }
});
