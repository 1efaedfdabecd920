import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies } from "../helpers/generations.ts";
import { assertSameBytes, contentsOf, written } from "../helpers/judge.ts";
import { startService } from "../helpers/service.ts";

Deno.test("a compressed file unpacks to the bytes of the plain one", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql);
  await multiplyContracts(db.sql, { rows: 4000, agency: "089", from: "2018-10-01", to: "2019-09-30" });
  const bodies = [
    { file_type: "D1", cgac_code: "089", start: "10/01/2018", end: "09/30/2019" },
    { file_type: "D2", cgac_code: "012", start: "10/01/2014", end: "09/30/2024", file_format: "txt" },
    { file_type: "D1", cgac_code: "089", start: "10/01/2000", end: "10/01/2000" },
  ];
  for (const body of bodies) {
    const plain = await written(db.sql, contentsOf(body));
    const packed = await written(db.sql, contentsOf(body), { compression: "gzip" });
    assert.equal(packed.rows, plain.rows);
    assert.equal(packed.bytes, packed.content.length);
    assert.equal(packed.sha256, createHash("sha256").update(packed.content).digest("hex"));
    assertSameBytes(gunzipSync(packed.content), plain.content, JSON.stringify(body));
  }
});

Deno.test("a request for gzip gives a file of its own, called .csv.gz", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  await addContracts(service.sql, 100);
  await service.worker();
  const plain = await service.ended((await service.request(allContracts)).job_id);
  const again = await service.request({ ...allContracts, compression: "none" });
  assert.ok(again.reused, "none is the same as nothing");
  const packed = await service.ended(
    (await service.request({ ...allContracts, compression: "gzip" })).job_id,
  );
  const response = await fetch(packed.url);
  assert.equal(response.headers.get("Content-Type"), "application/gzip");
  assert.match(response.headers.get("Content-Disposition")!, /\.csv\.gz"$/);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(bytes.length, packed.size);
  assert.ok(packed.size < plain.size);
  const unpacked = createHash("sha256").update(gunzipSync(bytes)).digest("hex");
  assert.equal(unpacked, plain.sha256);
  const refused = await service.api.send("POST", "/v1/generate_detached_file/", {
    ...allContracts,
    compression: "zip",
  });
  assert.equal(refused.status, 400);
  assert.equal(refused.json.errors[0].field, "compression");
});
