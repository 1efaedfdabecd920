import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import { GenerationChanges } from "../../lib/generations/changes.ts";
import { LocalStore, type LocalStoreOptions } from "../../lib/storage/local.ts";
import type { FileWriter, NewFile } from "../../lib/storage/store.ts";
import { createApp } from "../../routes/app.ts";
import { HeldRequests } from "../../routes/middleware/held_requests.ts";
import { testDatabase } from "../helpers/database.ts";
import { addFile } from "../helpers/generations.ts";
import { filesBelow } from "../helpers/stored_files.ts";
import { until } from "../helpers/until.ts";
import { begin, contents, isUnavailable, storeContract, type StoreUnderTest } from "./contract.ts";

const SECRET = "s".repeat(32);

/** A local store whose links the real route serves. */
async function openLocal(): Promise<StoreUnderTest & { store: LocalStore; dir: string }> {
  await using resources = new AsyncDisposableStack();
  const parent = await Deno.makeTempDir({ prefix: "store-" });
  resources.defer(() => Deno.remove(parent, { recursive: true }));
  // It makes its folder itself; the slash must do no harm.
  const dir = `${parent}/files/`;
  const { sql, url } = resources.use(await testDatabase());
  const changes = resources.use(new GenerationChanges(url, "test-listen"));
  const server = resources.use(
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => app.fetch(request)),
  );
  const publicUrl = `http://127.0.0.1:${server.addr.port}`;
  const store = new PublishingStore(sql, { dir, publicUrl, signingSecret: SECRET });
  // A link is for whoever holds it: nobody signs in.
  const authenticate = () => Promise.reject(new ServiceError("not_signed_in"));
  const app = createApp({
    held: new HeldRequests(1),
    sql,
    changes,
    store,
    authenticate,
    urlTtlSeconds: 60,
    maxUnfinishedJobs: 1,
    maxUploadBytes: 1000,
  });
  const all = resources.move();
  const paths = () => filesBelow(`${parent}/files`);
  return {
    store,
    dir,
    keys: async () => (await paths()).filter((path) => !/(^|\/)\./.test(path)),
    leftovers: async () => (await paths()).filter((path) => /(^|\/)\./.test(path)),
    leftoversOf: () => 1,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A local store whose files are published as soon as they are finished. */
class PublishingStore extends LocalStore {
  constructor(readonly sql: Sql, options: LocalStoreOptions) {
    super(options);
  }

  override async create(file: NewFile): Promise<FileWriter> {
    const writer = await super.create(file);
    let size = 0;
    return {
      write: (bytes) => {
        size += bytes.length;
        return writer.write(bytes);
      },
      finish: async () => {
        await writer.finish();
        await addFile(this.sql, file.key, size);
      },
      abort: () => writer.abort(),
    };
  }
}

storeContract("local", openLocal);

Deno.test("local: removing the last file of a generation removes its folders, but never the folder of all files", async () => {
  await using opened = await openLocal();
  const { store, dir } = opened;
  for (const key of ["1/1/a.csv", "1/2/a.csv"]) {
    await (await begin(store, key, contents(10))).writer.finish();
  }
  await store.remove("1/1/a.csv");
  assert.deepEqual([...Deno.readDirSync(`${dir}1`)].map(({ name }) => name), ["2"]);
  await store.remove("1/2/a.csv");
  assert.deepEqual([...Deno.readDirSync(dir)], []);
});

Deno.test("local: files are written and removed in one folder at the same time without harm", async () => {
  await using opened = await openLocal();
  const { store } = opened;
  await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    for (let round = 0; round < 40; round++) {
      const key = `1/${writer % 2}/${writer}.csv`;
      await (await begin(store, key, contents(10))).writer.finish();
      await store.remove(key);
    }
  }));
  assert.deepEqual([await opened.keys(), await opened.leftovers()], [[], []]);
});

Deno.test("local: a writer killed before the rename leaves a file that nobody sees, and that removing clears", async () => {
  await using opened = await openLocal();
  const { store, dir } = opened;
  const writing = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--allow-write=${dir}`,
      `--allow-read=${dir}`,
      fileURLToPath(new URL("write_and_wait.ts", import.meta.url)),
      dir,
      "1/1/a.csv",
    ],
    stdout: "piped",
  }).spawn();
  const output = writing.stdout.getReader();
  assert.equal(new TextDecoder().decode((await output.read()).value), "written");
  writing.kill("SIGKILL");
  await writing.status;
  await output.cancel();
  assert.deepEqual([await opened.keys(), (await opened.leftovers()).length], [[], 1]);
  const { url } = await store.link({ key: "1/1/a.csv", fileName: "a.csv" }, 60);
  const response = await fetch(url);
  assert.equal(response.status, 410);
  await response.body?.cancel();
  await store.remove("1/1/a.csv");
  assert.deepEqual([...Deno.readDirSync(dir)], []);
});

const NAMESPACES = await hasNamespaces();

/** Whether this user may mount a file system that only one process sees. */
async function hasNamespaces(): Promise<boolean> {
  try {
    return (await new Deno.Command("/usr/bin/unshare", { args: ["-rm", "true"], stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name:
    "local: a full disk is said to be unavailable, and giving up makes room again (needs user namespaces)",
  ignore: !NAMESPACES,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "full-" });
    const fill = fileURLToPath(new URL("fill_disk.ts", import.meta.url));
    const { stdout, stderr } = await new Deno.Command("/usr/bin/unshare", {
      args: [
        ...[
          "-rm",
          "sh",
          "-c",
          `mount -t tmpfs -o size=4m tmpfs "$1" && exec "$2" run --no-prompt "$3" "$4" "$5" "$1"`,
        ],
        ...["sh", dir, Deno.execPath(), `--allow-read=${dir}`, `--allow-write=${dir}`, fill],
      ],
    }).output();
    const text = new TextDecoder();
    assert.equal(
      text.decode(stdout),
      "write: storage_unavailable, no space left\nvisible: none\ncheck: storage_unavailable\nafter: stored\n",
      text.decode(stderr),
    );
    await Deno.remove(dir);
  },
});

Deno.test("local: a folder that cannot be used is said to be unavailable", async () => {
  const dir = await Deno.makeTempDir({ prefix: "store-" });
  await Deno.writeTextFile(`${dir}/file`, "");
  const store = new LocalStore({ dir: `${dir}/file/store`, publicUrl: "http://x", signingSecret: SECRET });
  await assert.rejects(store.check(), isUnavailable);
  await assert.rejects(
    store.create({ key: "1/1/a.csv", fileName: "a.csv", contentType: "text/csv" }),
    isUnavailable,
  );
  // What cannot be looked into may hold any file: none is lost.
  await assert.rejects(store.open("1/1/a.csv"), isUnavailable);
  await assert.rejects(store.size("1/1/a.csv"), isUnavailable);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("local: a client that breaks a download off leaves no file open", async () => {
  await using opened = await openLocal();
  const { store } = opened;
  await (await begin(store, "1/1/a.csv", contents(20 << 20))).writer.finish();
  const { url } = await store.link({ key: "1/1/a.csv", fileName: "a.csv" }, 60);
  // The sanitizer of resources tells whether one stays open.
  const stop = new AbortController();
  const response = await fetch(url, { signal: stop.signal });
  const reader = response.body!.getReader();
  await reader.read();
  stop.abort();
  await assert.rejects(reader.closed);
  const file = await store.open("1/1/a.csv");
  const stream = file!.stream().getReader();
  await stream.read();
  await Promise.all([stream.read(), stream.cancel()]);
  await until("the file can be removed", () => store.remove("1/1/a.csv").then(() => true));
});

Deno.test("local: no request but the very link that was signed is served, however it is spelled", async () => {
  await using opened = await openLocal();
  const { store } = opened;
  await (await begin(store, "1/1/a.csv", contents(10))).writer.finish();
  const { url } = await store.link({ key: "1/1/a.csv", fileName: "a.csv" }, 60);
  const { host, port, pathname, search } = new URL(url);
  const ask = async (target: string) => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await conn.write(
      new TextEncoder().encode(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    const [, status] = (await new Response(conn.readable).text()).split(" ");
    return Number(status);
  };
  assert.equal(await ask(pathname + search), 200);
  const spellings = [
    pathname.replaceAll("/1/1/", "\\1\\1\\"),
    pathname.replace("/1/1/", "/1\\1/"),
    pathname.replace("/1/1/", "/1/x/../1/"),
    pathname.replace("/1/1/", "/1/./1/"),
    pathname.replace("/1/1/", "/1//1/"),
    pathname.replace("a.csv", "%61.csv"),
    `${pathname}/`,
    pathname.replace("/v1/", "/V1/"),
  ].map((path) => path + search);
  const queries = [
    `${search}&`,
    `${search}&x=1`,
    `${search}&${search.slice(1)}`,
    search.replace("?", "?x=1&"),
    search.replace("?", "?&"),
    search.replace("expires=", "expires=0"),
    search.replace("expires=", "expires=+"),
    search.replace("expires", "EXPIRES"),
    search.replace(/\?(.*)&(.*)/, "?$2&$1"),
    search.replace(/$/, "="),
  ].map((query) => pathname + query);
  for (const target of [...spellings, ...queries]) {
    assert.ok([400, 403, 404].includes(await ask(target)), `${target} was served`);
  }
});

Deno.test("local: files and folders are for the user alone that the service runs as", async () => {
  await using opened = await openLocal();
  const { store, dir } = opened;
  const mode = async (path: string) => (await Deno.stat(`${dir}${path}`)).mode! & 0o777;
  const { writer } = await begin(store, "1/2/a.csv", contents(10));
  assert.equal(await mode("1/2/.a.csv.part"), 0o600, "also while it is written");
  await writer.finish();
  assert.equal(await mode("1/2/a.csv"), 0o600);
  for (const folder of ["", "1", "1/2"]) assert.equal(await mode(folder), 0o700, folder);
});

Deno.test("local: a link that the previous secret has signed is served", async () => {
  const dir = await Deno.makeTempDir({ prefix: "store-" });
  const options = { dir, publicUrl: "http://x", signingSecret: SECRET };
  const { writer } = await begin(new LocalStore(options), "1/1/a.csv", contents(10));
  await writer.finish();
  const { url } = await new LocalStore(options).link({ key: "1/1/a.csv", fileName: "a.csv" }, 60);
  const changed = { ...options, signingSecret: "t".repeat(32) };
  await assert.rejects(new LocalStore(changed).openLink(url), { code: "link_refused" });
  const { file } = await new LocalStore({ ...changed, previousSecret: SECRET }).openLink(url);
  assert.equal(file?.size, 10);
  file?.close();
  await Deno.remove(dir, { recursive: true });
});
