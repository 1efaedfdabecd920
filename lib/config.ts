import { z } from "zod";

const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "must be a whole number").transform(Number)
    .refine((n) => n >= least && n <= most, `must lie between ${least} and ${most}`);
const postgresUrl = z.string().regex(
  /^postgres(ql)?:\/\/\S+$/,
  "must be a Postgres URL, such as postgres://user:password@host:5432/database",
);
const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http(s) URL" })
  .transform((url) => url.replace(/\/+$/, ""));
// An issuer's name is compared to the letter. Plain http would let anybody on the way hand out keys of their own.
const issuerUrl = z.string().regex(
  /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$))[^\s?#]*$/,
  "must be an https URL without query or fragment, exactly as the issuer calls itself",
);
// An origin as browsers send it (RFC 6454): to the letter, since it is compared to the letter.
const origins = z.string().transform((list) => list.split(",").map((origin) => origin.trim())).refine(
  (list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
  `must be origins separated by commas, such as https://example.gov,https://other.example.gov:8443`,
);
const flag = z.enum(["true", "false"], { error: `must be "true" or "false"` }).transform((v) => v === "true");
const secret = (least: number) => z.string().min(least, `must have at least ${least} characters`);

const settings = z.object({
  DATABASE_URL: postgresUrl,
  EXPORT_DATABASE_URL: postgresUrl.optional(),
  HOST: z.string().default("127.0.0.1"),
  PORT: wholeNumber(0, 65535).default(8000),
  PUBLIC_URL: httpUrl.optional(),
  CORS_ORIGINS: origins.optional(),
  METRICS_TOKEN: secret(16).regex(/^[A-Za-z0-9._~+/-]+=*$/, "must be a bearer token (RFC 6750)").optional(),
  WORKER_METRICS_PORT: wholeNumber(1, 65535).optional(),
  S3_BUCKET: z.string().optional(),
  S3_PREFIX: z.string().regex(/^[^/].*[^/]$|^[^/]$/, "must not begin or end with a slash").optional(),
  S3_FORCE_PATH_STYLE: flag.default(false),
  STORAGE_DIR: z.string().default(".data/files"),
  URL_SIGNING_SECRET: secret(32).optional(),
  URL_TTL_SECONDS: wholeNumber(1, 604_800).default(3600),
  WORKER_CONCURRENCY: wholeNumber(1, 64).default(2),
  WORKER_CURSORS: wholeNumber(1, 16).default(3),
  WORKER_STOP_SECONDS: wholeNumber(0, 3600).default(20),
  RETENTION_DAYS: wholeNumber(1, 36_500).default(30),
  MAX_UNFINISHED_JOBS: wholeNumber(1, 1_000_000).default(50),
  LEASE_SECONDS: wholeNumber(3, 3600).default(30),
  OIDC_ISSUER: issuerUrl.optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_AGENCY_CLAIM: z.string().optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warning", "error"], {
    error: `must be "debug", "info", "warning" or "error"`,
  }).default("info"),
  LOG_FORMAT: z.enum(["json", "pretty"], { error: `must be "json" or "pretty"` }).optional(),
});

/** The names of all settings, which are those of the environment variables. */
export const SETTING_NAMES: readonly string[] = Object.keys(settings.shape);

/** All settings, validated; names are those of the environment variables (`README.md` lists them). */
export type Config = z.output<typeof settings>;

/** A setting that is missing or wrong; the message is one sentence a variable, naming it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads and validates the settings, once, at the start of a process.
 *
 * @param need the settings that this process cannot do without
 * @param read where a variable comes from; an empty value counts as absent
 * @throws {ConfigError} naming every variable that is missing or wrong, never its value (it may be a secret)
 */
export function readConfig<Needed extends keyof Config = never>(
  need: readonly Needed[] = [],
  read: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Config & { [Name in Needed]-?: NonNullable<Config[Name]> } {
  const found = Object.fromEntries(
    Object.keys(settings.shape).map((name) => [name, read(name) || undefined]),
  );
  const result = settings.safeParse(found);
  const sentences = result.success ? [] : result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return found[name] === undefined ? `${name} is not set and has no default.` : `${name} ${issue.message}.`;
  });
  for (const name of need) {
    if (found[name] === undefined && result.data?.[name] === undefined && name !== "DATABASE_URL") {
      sentences.push(`${name} is not set, and this process cannot do without it.`);
    }
  }
  if (!result.success || sentences.length > 0) throw new ConfigError(sentences.join("\n"));
  return result.data as Config & { [Name in Needed]-?: NonNullable<Config[Name]> };
}

/** Runs a process's main function; a wrong setting stops it with its sentences on standard error and code 2. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // deno-lint-ignore no-console -- there is no logger before there is a configuration
    console.error(error.message);
    Deno.exit(2);
  }
}
