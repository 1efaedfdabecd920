import assert from "node:assert/strict";
import { serveHttp } from "../../lib/http/serve.ts";
import { WAIT_TIMES } from "../../routes/request/wait_times.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask } from "../helpers/generations.ts";
import { NGINX_WAITS_SECONDS, nginxIsThere, startNginx } from "../helpers/nginx.ts";

/** A minute of nginx takes so long here. */
const MINUTE_SECONDS = 12;
const scale = MINUTE_SECONDS / NGINX_WAITS_SECONDS;
const waitTimes = {
  mostSeconds: WAIT_TIMES.mostSeconds * scale,
  commentMilliseconds: WAIT_TIMES.commentMilliseconds * scale,
  idleMilliseconds: WAIT_TIMES.idleMilliseconds * scale,
  takeMilliseconds: WAIT_TIMES.takeMilliseconds * scale,
};

Deno.test({
  name:
    "behind nginx, everything five times as fast, the longest wait is answered, and events come as they happen (needs nginx)",
  ignore: !nginxIsThere(),
}, async () => {
  await using db = await testDatabase();
  await using app = await testApp(db, { waitTimes });
  await using stack = new AsyncDisposableStack();
  const server = await serveHttp(app.app, { hostname: "127.0.0.1", port: 0, maxConnections: 100 });
  stack.defer(() => server.shutdown());
  const proxy = stack.use(await startNginx(`http://127.0.0.1:${server.port}`, MINUTE_SECONDS));
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const headers = { "X-Session-Id": "administrator" };
  const waiting = fetch(`${proxy.url}/v1/check_detached_generation_status/?job_id=${jobId}`, {
    headers: { ...headers, Prefer: "wait=600" },
  });

  const stream = await fetch(`${proxy.url}/v1/generations/${jobId}/events`, { headers });
  const events = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await events.read()).value!, /"queued"/);
  // Without them it would be cut off after the minute.
  const { commentMilliseconds } = waitTimes;
  for (let silent = 0; silent <= MINUTE_SECONDS * 1000;) {
    // Several may come together.
    const comments = (await events.read()).value!;
    assert.match(comments, /^(:\n\n)+$/);
    silent += comments.length / 3 * commentMilliseconds;
  }

  const response = await waiting;
  const wait = response.headers.get("Preference-Applied");
  assert.deepEqual([response.status, wait], [200, `wait=${waitTimes.mostSeconds}`]);
  assert.equal((await response.json()).state, "queued");

  assert.equal((await app.send("DELETE", `/v1/generations/${jobId}`)).status, 200);
  let rest = "";
  for (let part; !(part = await events.read()).done;) rest += part.value;
  assert.match(rest, /"cancelled"/);
});
