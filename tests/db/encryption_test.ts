import assert from "node:assert/strict";
import { ways } from "../helpers/ask_database.ts";
import { type EncryptedPostgres, startEncryptedPostgres } from "../helpers/encrypted_postgres.ts";

const UNTRUSTED = /certificate|UnknownIssuer|self.signed|issuer/i;
const OTHER_NAME = /name|altname|NotValidForName/i;

type Outcome = "encrypted" | "plain" | RegExp;
const cases = (
  { authority, otherAuthority }: EncryptedPostgres,
): [host: string, query: string, Outcome][] => [
  ["127.0.0.1", "sslmode=disable", "plain"],
  ["127.0.0.1", "", "encrypted"],
  ["127.0.0.1", "sslmode=prefer", "encrypted"],
  ["127.0.0.1", "sslmode=require", "encrypted"],
  ["127.0.0.1", "ssl=true", "encrypted"],
  ["127.0.0.1", "sslmode=no-verify", "encrypted"],
  ["127.0.0.1", "sslmode=require&sslnegotiation=direct", "encrypted"],
  ["127.0.0.1", `sslmode=require&sslrootcert=${authority}`, "encrypted"],
  ["127.0.0.1", `sslmode=require&sslrootcert=${otherAuthority}`, UNTRUSTED],
  ["127.0.0.1", `sslmode=verify-ca&sslrootcert=${authority}`, "encrypted"],
  ["127.0.0.1", `sslmode=verify-ca&sslrootcert=${otherAuthority}`, UNTRUSTED],
  ["localhost", `sslmode=verify-full&sslrootcert=${authority}`, "encrypted"],
  ["localhost", `sslmode=verify-full&sslrootcert=${otherAuthority}`, UNTRUSTED],
  ["127.0.0.1", `sslmode=verify-full&sslrootcert=${authority}`, OTHER_NAME],
  ["127.0.0.1", "sslmode=verify-full", UNTRUSTED],
];

Deno.test("sslmode and sslrootcert mean the same by every driver, and what libpq means by them", async (t) => {
  await using postgres = await startEncryptedPostgres();
  const urlOf = (host: string, query: string) => {
    const url = new URL(postgres.url);
    url.hostname = host;
    url.search = query;
    return url.href;
  };
  for (const [host, query, expected] of cases(postgres)) {
    for (const [way, ask] of Object.entries(ways)) {
      await t.step(`${way}: ${host} ${query.replaceAll(postgres.folder, "")}`, async () => {
        const asking = ask(urlOf(host, query));
        if (typeof expected === "string") assert.equal(await asking, expected === "encrypted");
        else {await assert.rejects(asking, (error) =>
            expected.test(`${(error as Error).message} ${String((error as { code?: string }).code)}`));}
      });
    }
  }
  await t.step("a socket in a folder", async () => {
    const { username, password, port } = postgres.url;
    const folder = encodeURIComponent(postgres.folder);
    for (
      const url of [
        `postgresql:///postgres?user=${username}&password=${password}&host=${folder}&port=${port}`,
        `postgres://${username}:${password}@${folder}:${port}/postgres`,
      ]
    ) {
      // What the tests may reach are addresses alone; the tasks may reach sockets as well.
      const args = [
        "run",
        "-q",
        "--no-prompt",
        "--allow-net",
        "--allow-env",
        "--allow-read",
        "--allow-write",
        "tests/helpers/ask_database.ts",
        url,
      ];
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
      assert.equal(new TextDecoder().decode(stdout), "plain plain plain\n", new TextDecoder().decode(stderr));
    }
  });
});
