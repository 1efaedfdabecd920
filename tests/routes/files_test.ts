import assert from "node:assert/strict";
import { type TestApp, testApp } from "../helpers/app.ts";
import { LocalStore } from "../../lib/storage/local.ts";
import { testDatabase } from "../helpers/database.ts";
import { converse } from "../helpers/raw_http.ts";
import { startService } from "../helpers/service.ts";
import { addFile } from "../helpers/generations.ts";

const KEY = "1/1/File-D1_20160101_20160331_awarding_1.csv";
const BYTES = new TextEncoder().encode("a,b\n1,2\n");

async function storeFile(app: TestApp): Promise<string> {
  const writer = await app.store.create({ key: KEY, fileName: KEY.slice(4), contentType: "text/csv" });
  await writer.write(BYTES);
  await writer.finish();
  await addFile(app.sql, KEY, BYTES.length);
  return pathOf(await app.store.link({ key: KEY, fileName: KEY.slice(4) }, 60));
}

const pathOf = ({ url }: { url: string }) => url.slice("http://localhost".length);

Deno.test("a signed link gives the file under its own name, to whoever holds it", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const link = await storeFile(app);
  const { status, headers, text } = await app.send("GET", link, { as: null });
  assert.deepEqual([status, text], [200, "a,b\n1,2\n"]);
  assert.equal(headers.get("Content-Disposition"), `attachment; filename="${KEY.slice(4)}"`);
  assert.equal(headers.get("Content-Length"), String(BYTES.length));
  assert.match(headers.get("Cache-Control")!, /no-store/);
  const head = await app.send("HEAD", link, { as: null });
  assert.deepEqual([head.status, head.text, head.headers.get("Content-Length")], [
    200,
    "",
    String(BYTES.length),
  ]);
});

const ranges: [range: string, status: number, body: string | null, contentRange: string | null][] = [
  ["bytes=4-", 206, "1,2\n", "bytes 4-7/8"],
  ["bytes=0-2", 206, "a,b", "bytes 0-2/8"],
  ["bytes=-2", 206, "2\n", "bytes 6-7/8"],
  ["bytes=-100", 206, "a,b\n1,2\n", "bytes 0-7/8"],
  ["bytes=7-100", 206, "\n", "bytes 7-7/8"],
  ["bytes=0-1,4-5", 200, "a,b\n1,2\n", null],
  ["lines=1-2", 200, "a,b\n1,2\n", null],
  ["bytes=5-4", 200, "a,b\n1,2\n", null],
  ["bytes=8-", 416, null, "bytes */8"],
  ["bytes=-0", 416, null, "bytes */8"],
];
for (const [range, status, body, contentRange] of ranges) {
  Deno.test(`a link with the range ${range} is answered with ${status}`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db);
    const answer = await app.send("GET", await storeFile(app), { as: null, headers: { Range: range } });
    assert.deepEqual([answer.status, answer.headers.get("Content-Range")], [status, contentRange]);
    if (body !== null) assert.equal(answer.text, body);
  });
}

Deno.test("a range of another state of the file is answered with the whole file", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const link = await storeFile(app);
  const etag = (await app.send("HEAD", link)).headers.get("ETag")!;
  const resumed = (tag: string) => app.send("GET", link, { headers: { Range: "bytes=4-", "If-Range": tag } });
  assert.equal((await resumed(etag)).status, 206);
  assert.equal((await resumed(`"another"`)).status, 200);
});

Deno.test("no single character of a link can be changed, dropped or added", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const link = await storeFile(app);
  const fixed = "/v1/files/".length;
  for (let i = fixed; i < link.length; i++) {
    for (const other of [link[i] === "A" ? "B" : "A", "", `${link[i]}0`]) {
      const changed = link.slice(0, i) + other + link.slice(i + 1);
      const { status, text } = await app.send("GET", changed, { as: null });
      assert.ok(status === 403, `${changed} gave ${status}: ${text}`);
    }
  }
  for (const more of ["&expires=99999999999", "&x=1", "#x", "&signature=A"]) {
    const { status } = await app.send("GET", link + more, { as: null });
    assert.equal(status, more === "#x" ? 200 : 403);
  }
});

Deno.test("paths that lead elsewhere are refused", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  for (
    const path of [
      "../main.ts",
      "%2e%2e/main.ts",
      "1/../../x",
      "/etc/passwd",
      "..%2fx",
      "1//x",
      ".part",
      "%00",
    ]
  ) {
    const { status } = await app.send(
      "GET",
      `/v1/files/${path}?expires=99999999999&signature=${"A".repeat(43)}`,
    );
    assert.ok(status === 403 || status === 404, `${path} gave ${status}`);
  }
});

Deno.test("a link ends when its time is over, and when the file is no longer kept", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const link = await storeFile(app);
  const over = pathOf(await app.store.link({ key: KEY, fileName: KEY.slice(4) }, -1));
  const expired = await app.send("GET", over, { as: null });
  assert.deepEqual([expired.status, expired.json.code], [403, "link_expired"]);
  await app.sql`UPDATE file_generation SET removed_at = now()`;
  const gone = await app.send("GET", link, { as: null });
  assert.deepEqual([gone.status, gone.json.code], [410, "file_gone"], "even before it is swept");
});

Deno.test("a link is taken exactly as it was given, whatever a URL's parser would make the same of it", async () => {
  await using service = await startService();
  const key = "7/1/File-D1_1.csv";
  const store = new LocalStore({
    dir: service.storageDir,
    publicUrl: service.api.url,
    signingSecret: "s".repeat(32),
  });
  const writer = await store.create({ key, fileName: key.slice(4), contentType: "text/csv" });
  await writer.write(BYTES);
  await writer.finish();
  await addFile(service.sql, key, BYTES.length);
  const { url } = await store.link({ key, fileName: key.slice(4) }, 60);
  const { port } = new URL(url);
  const status = async (target: string) => {
    const response = await converse(
      Number(port),
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    return Number(/^HTTP\/1\.1 (\d+)/.exec(response)?.[1]);
  };
  const target = url.slice(service.api.url.length);
  assert.equal(await status(target), 200);
  assert.equal(await status(url), 200, "as a proxy may send it");
  assert.equal(await status(target.replace("/v1/", "/")), 200, "as one sends it that leaves out the version");
  for (
    const [from, to] of [
      ["7/1/", "7/x/../1/"],
      ["7/1/", "7/./1/"],
      ["7/1/", "x/../7/1/"],
      ["7/1/", "7/x/%2e%2e/1/"],
      ["7/1/", "7/%2E/1/"],
      ["7/1/", "7//1/"],
      ["7/1/", "%37/1/"],
      ["7/1/", "7%2f1/"],
      ["7/1/", "7\\1/"],
      ["7/1/", "7/1\\"],
      ["/v1/files/", "/v1/x/../files/"],
      ["/v1/files/", "//v1/files/"],
      ["/v1/files/", "/v1/files/../files/"],
      ["?expires", "?&expires"],
      [".csv?", ".csv/?"],
      [".csv?", ".csv;x?"],
      ["&signature", "&x=1&signature"],
    ] as const
  ) {
    const changed = target.replace(from, to);
    assert.notEqual(changed, target);
    const given = await status(changed);
    assert.ok([400, 403, 404].includes(given), `${changed} gave ${given}`);
  }
});

const ETAG = `"${KEY}"`;
const OTHER = '"other"';
const PAST = "Sun, 06 Nov 1994 08:49:37 GMT";
const FUTURE = "Sun, 06 Nov 2094 08:49:37 GMT";
const conditions: [headers: Record<string, string>, status: number][] = [
  [{ "If-None-Match": ETAG }, 304],
  [{ "If-None-Match": `W/${ETAG}` }, 304],
  [{ "If-None-Match": `${OTHER}, W/"x,y" ,${ETAG}` }, 304],
  [{ "If-None-Match": "*" }, 304],
  [{ "If-None-Match": OTHER }, 200],
  [{ "If-None-Match": OTHER, "If-Modified-Since": FUTURE }, 200],
  [{ "If-None-Match": ETAG, Range: "bytes=0-1" }, 304],
  [{ "If-Modified-Since": FUTURE }, 304],
  [{ "If-Modified-Since": PAST }, 200],
  [{ "If-Modified-Since": "Sunday, 06-Nov-94 08:49:37 GMT" }, 200],
  [{ "If-Modified-Since": "tomorrow" }, 200],
  [{ "If-Match": ETAG }, 200],
  [{ "If-Match": "*" }, 200],
  [{ "If-Match": `${OTHER}, ${ETAG}` }, 200],
  [{ "If-Match": `W/${ETAG}` }, 412],
  [{ "If-Match": OTHER }, 412],
  [{ "If-Match": OTHER, "If-None-Match": ETAG }, 412],
  [{ "If-Match": ETAG, "If-None-Match": ETAG }, 304],
  [{ "If-Match": ETAG, "If-Unmodified-Since": PAST }, 200],
  [{ "If-Unmodified-Since": PAST }, 412],
  [{ "If-Unmodified-Since": "Sun Nov  6 08:49:37 1994" }, 412],
  [{ "If-Unmodified-Since": FUTURE }, 200],
];
Deno.test("preconditions decide about a download, of GET and HEAD alike (RFC 9110, 13.2.2)", async (t) => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const link = await storeFile(app);
  for (const [headers, status] of conditions) {
    await t.step(`${JSON.stringify(headers)}: ${status}`, async () => {
      for (const method of ["GET", "HEAD"]) {
        const response = await app.send(method, link, { as: null, headers });
        assert.equal(response.status, status, method);
        assert.equal(response.headers.get("ETag"), ETAG);
        if (status === 304) assert.equal(response.text, "");
        if (status === 412 && method === "GET") assert.equal(response.json.code, "precondition_failed");
      }
    });
  }
});

Deno.test("If-Range: a range of the file that the client knows, by its tag or its date", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const link = await storeFile(app);
  const modified = (await app.send("HEAD", link)).headers.get("Last-Modified")!;
  const wanted: [ifRange: string, status: number][] = [
    [ETAG, 206],
    [`W/${ETAG}`, 200],
    [OTHER, 200],
    [modified, 206],
    [PAST, 200],
    [FUTURE, 200],
    ["never", 200],
  ];
  for (const [ifRange, status] of wanted) {
    const response = await app.send("GET", link, { headers: { Range: "bytes=4-", "If-Range": ifRange } });
    assert.equal(response.status, status, ifRange);
  }
});

Deno.test("what does not change is not sent again to whoever has it", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  for (const path of ["/page.css", "/request.js", "/icon.svg", "/openapi.json"]) {
    const { headers } = await app.send("GET", path, { as: null });
    assert.equal(headers.get("Cache-Control"), "no-cache");
    const again = await app.send("GET", path, {
      as: null,
      headers: { "If-None-Match": headers.get("ETag")! },
    });
    assert.deepEqual([again.status, again.text], [304, ""], path);
  }
});

Deno.test("what a page loads is kept for good by its address, and comes compressed, as the page does", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const headers = { "Accept-Encoding": "gzip", Accept: "text/html" };
  const page = await app.app.request("/dictionary", { headers });
  assert.equal(page.headers.get("Content-Encoding"), "gzip");
  const html = await new Response(page.body!.pipeThrough(new DecompressionStream("gzip"))).text();
  const loaded = [...html.matchAll(/(?:src|href)="(\/[\w.]+\?[0-9a-f]+)"/g)].map(([, address]) => address!);
  assert.deepEqual(loaded.map((address) => address.split("?")[0]), [
    "/icon.svg",
    "/page.css",
    "/dictionary.js",
  ]);
  for (const address of loaded) {
    const { status, headers: of, body } = await app.app.request(address, { headers });
    await body?.cancel();
    assert.deepEqual([status, of.get("Cache-Control")], [200, "public, max-age=31536000, immutable"]);
    assert.equal(of.get("Vary")?.includes("Accept-Encoding"), true, address);
  }
});
