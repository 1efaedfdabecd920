/** The files of docs/deploy as they stand, but for the ports and paths of one machine. */
import assert from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };
import { settings } from "../../lib/config.ts";
import { freePort } from "../helpers/free_port.ts";
import { serveHttp } from "../../lib/http/serve.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask } from "../helpers/generations.ts";
import { isInstalled } from "../helpers/installed.ts";
import { nginxIsThere, runNginx } from "../helpers/nginx.ts";

const OPENSSL = "/usr/bin/openssl", SYSTEMD_ANALYZE = "/usr/bin/systemd-analyze";
const read = (name: string) => Deno.readTextFile(new URL(`../../docs/deploy/${name}`, import.meta.url));

/** Makes a key and a certificate of its own for an IP address; gives its text. */
async function makeCertificate(folder: string, address: string): Promise<string> {
  const names = [
    "-subj",
    `/CN=${address}`,
    "-addext",
    `subjectAltName=IP:${address}`,
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ];
  const files = ["-keyout", `${folder}/privkey.pem`, "-out", `${folder}/fullchain.pem`];
  const { success, stderr } = await new Deno.Command(OPENSSL, {
    args: ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", ...names, ...files],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return await Deno.readTextFile(`${folder}/fullchain.pem`);
}

Deno.test({
  name:
    "nginx.conf: TLS, the client's address, events at once, big uploads to be reconciled, no figures (needs nginx)",
  ignore: !nginxIsThere() || !isInstalled(OPENSSL),
}, async () => {
  await using stack = new AsyncDisposableStack();
  const db = stack.use(await testDatabase());
  const app = stack.use(await testApp(db));
  const server = await serveHttp(app.app, { hostname: "127.0.0.1", port: 0, maxConnections: 100 });
  stack.defer(() => server.shutdown());
  const folder = await Deno.makeTempDir({ prefix: "detached-tls-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const certificate = await makeCertificate(folder, "127.0.0.1");
  const plain = freePort(), tls = freePort();
  const configuration = (await read("nginx.conf"))
    .replaceAll("/etc/ssl/detached-files", folder)
    .replaceAll("files.example.gov", "127.0.0.1")
    .replace("127.0.0.1:8000", `127.0.0.1:${server.port}`)
    .replaceAll(/listen \[::\].*\n/g, "")
    .replace("listen 80;", `listen 127.0.0.1:${plain};`)
    .replace("listen 443 ", `listen 127.0.0.1:${tls} `);
  const client = stack.use(Deno.createHttpClient({ caCerts: [certificate] }));
  const proxy = stack.use(await runNginx(configuration, `https://127.0.0.1:${tls}`, client));
  const send = (path: string, init: RequestInit = {}) =>
    fetch(proxy.url + path, {
      ...init,
      client,
      headers: { "X-Session-Id": "administrator", ...init.headers },
    } as RequestInit);

  const moved = await fetch(`http://127.0.0.1:${plain}/docs`, { redirect: "manual" });
  await moved.body?.cancel();
  assert.deepEqual([moved.status, moved.headers.get("Location")], [308, "https://127.0.0.1/docs"]);

  const healthy = await send("/healthz");
  assert.match(healthy.headers.get("Strict-Transport-Security")!, /^max-age=/);
  assert.equal((await healthy.json()).version, deno.version);

  const figures = await send("/metrics");
  await figures.body?.cancel();
  assert.equal(figures.status, 404);

  const big = "x".repeat(300_000);
  const headers = { "Content-Type": "multipart/form-data; boundary=b" };
  const tooLarge = await send("/v1/generate_detached_file/", { method: "POST", body: big });
  await tooLarge.body?.cancel();
  assert.equal(tooLarge.status, 413);
  const upload = await send("/v1/reconciliations/", { method: "POST", body: big, headers });
  assert.notEqual(upload.status, 413);
  assert.ok((await upload.json()).code, "the API has answered it, not nginx");

  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const stream = await send(`/v1/generations/${jobId}/events`);
  const events = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await events.read()).value!, /"queued"/);
  const cancelled = await send(`/v1/generations/${jobId}`, { method: "DELETE" });
  await cancelled.body?.cancel();
  assert.equal(cancelled.status, 200);
  let rest = "";
  for (let part; !(part = await events.read()).done;) rest += part.value;
  assert.match(rest, /"cancelled"/);
});

for (const unit of ["detached-files-api.service", "detached-files-worker@.service"]) {
  Deno.test({
    name: `${unit} has no fault that systemd finds, and is shut in (needs systemd-analyze)`,
    ignore: !isInstalled(SYSTEMD_ANALYZE),
  }, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/${unit}`;
      await Deno.writeTextFile(path, (await read(unit)).replace("/usr/local/bin/deno", "/bin/sh"));
      const analyze = async (...args: string[]) => {
        const { success, stdout, stderr } = await new Deno.Command(SYSTEMD_ANALYZE, { args: [...args, path] })
          .output();
        const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
        assert.ok(success, text);
        return text;
      };
      assert.equal(await analyze("verify"), "");
      // From 0, shut in altogether, to 10.
      await analyze("security", "--offline=true", "--threshold=20");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("every setting in a file for deployments is one that there is", async () => {
  const others = new Set([
    ...["AWS_REGION", "DENO_CERT", "DENO_DIR", "DENO_NO_UPDATE_CHECK", "NO_COLOR"],
    ...["API_DATABASE_URL", "WORKER_DATABASE_URL", "OWNER_DATABASE_URL", "POSTGRES_PASSWORD", "POSTGRES_DB"],
  ]);
  const files = ["detached-files.env", "Containerfile", "compose.yaml", "kubernetes.yaml"];
  for (const name of [...files, "detached-files-api.service", "detached-files-worker@.service"]) {
    const text = await read(name);
    const named = text.replaceAll(/\bAF_\w+/g, "").matchAll(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g).map(([found]) =>
      found
    );
    for (const setting of named) {
      assert.ok(
        setting in settings.shape || others.has(setting) || setting === "MAX_UPLOAD_BYTES",
        `${name}: ${setting}`,
      );
    }
  }
});

Deno.test("the image is made of folders that there are, on the Deno that CI tests with", async () => {
  const text = await read("Containerfile");
  const ci = await Deno.readTextFile(new URL("../../.ci/run", import.meta.url));
  assert.equal(/denoland\/deno:(\S+)/.exec(text)![1], /DENO_VERSION=(\S+)/.exec(ci)![1]);
  for (const [, sources] of text.matchAll(/^COPY (.+) \S+$/gm)) {
    for (const source of sources!.split(" ")) {
      await Deno.stat(new URL(`../../${source}`, import.meta.url));
    }
  }
});
