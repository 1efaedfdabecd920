/** HEAD, on every route that takes GET: what GET gives, without a body. */
import assert from "node:assert/strict";
import { publish } from "../../lib/generations/publish.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, addFile, ask, askAndClaim, d1Body, written } from "../helpers/generations.ts";

/** Headers that are of the moment, or say how the body is sent. */
const OF_THE_MOMENT = ["x-request-id", "date", "content-length", "transfer-encoding"];

const AS = "treasury-reader";

Deno.test("every route that takes GET takes HEAD, with the same status and headers and without a body", async (t) => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  const queued = await ask(db.sql, d1Body({ end: "02/01/2016" }), { requestedBy: AS });
  const key = "1/1/File-D1_1.csv";
  const writer = await app.store.create({ key, fileName: key.slice(4), contentType: "text/csv" });
  await writer.write(new TextEncoder().encode("a,b\n"));
  await writer.finish();
  await addFile(db.sql, key, 4);
  const link = (await app.store.link({ key, fileName: key.slice(4) }, 60)).url.replace(
    "http://localhost",
    "",
  );
  // A stream of events then ends after the first one.
  app.changes.close();

  const queries: Record<string, string> = {
    "/v1/coverage": "?file_type=D1&cgac_code=020",
    "/v1/check_detached_generation_status": `?job_id=${jobId}`,
    "/v1/get_detached_file_url": `?job_id=${jobId}`,
  };
  const routes = app.app.routes.filter(({ method }) => method === "GET").map(({ path }) => path);
  const paths = [...new Set(routes)].flatMap((path) => {
    if (path === "/v1/files/*") return [link, `${link}0`, "/v1/files/1/1/x.csv"];
    const of = (job: string) =>
      path.replace(/:job_id\{.*?\}(?=\/|$)/, job).replace(":file_type", "D1") + (queries[path] ?? "");
    return path.includes(":job_id") ? [of(jobId), of(queued), of("4711")] : [of("")];
  });
  assert.ok(paths.length > 20, `${paths.length} paths`);
  for (const path of [...paths, "/nowhere", "/v1/check_detached_generation_status?job_id=x"]) {
    for (const as of [AS, "defense-fabs", null]) {
      await t.step(`${path} as ${as ?? "nobody"}`, async () => {
        const headers: Record<string, string> = as === null ? {} : { Cookie: `session=${as}` };
        const [get, head] = await Promise.all(
          ["GET", "HEAD"].map((method) => app.send(method, path, { as, headers })),
        );
        assert.equal(head!.status, get!.status);
        assert.equal(head!.text, "");
        const lasting = ({ headers }: { headers: Headers }) =>
          Object.fromEntries(
            [...headers].filter(([name]) => !OF_THE_MOMENT.includes(name))
              // Links are signed anew each second.
              .map(([name, value]) => [name, value.replace(/expires=.*/, "")]),
          );
        assert.deepEqual(lasting(head!), lasting(get!));
      });
    }
  }
});

Deno.test("a HEAD is not held, however long its client would wait", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const jobId = await ask(db.sql, d1Body());
  const headers = { Prefer: "wait=60" };
  const { status } = await app.send("HEAD", `/v1/check_detached_generation_status/?job_id=${jobId}`, {
    headers,
  });
  assert.equal(status, 200);
  assert.equal(app.changes.watching, 0);
});
