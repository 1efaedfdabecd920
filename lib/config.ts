import { NOT_TEXT, variable } from "./environment.ts";
import { z } from "zod";
import { readConnectionUrl } from "./db/connection_url.ts";
import { ConnectionUrlError } from "./db/connection_url_error.ts";
import { readNetworks } from "./http/client_address.ts";

const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/, "must be a whole number").transform(Number)
    .refine((n) => n >= least && n <= most, `must lie between ${least} and ${most}`);
const postgresUrl = z.string().superRefine((url, { addIssue }) => {
  try {
    readConnectionUrl(url);
  } catch (error) {
    if (!(error instanceof ConnectionUrlError)) throw error;
    addIssue(error.message);
  }
});
// What is put before the paths of this service: its scheme and host as URLs are compared, in lower case.
const baseUrl = z.string().regex(
  /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/i,
  "must be an http(s) URL without user, query and fragment, such as https://files.example.gov",
).refine((url) => URL.canParse(url), "must be an http(s) URL").transform((text) => {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`.replace(/\/+$/, "");
});
// An issuer's name is compared to the letter. Plain http would let anybody on the way hand out keys of their
// own.
const issuerUrl = z.string().regex(
  /^(https:\/\/[^\s/?#@\\]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(\/[^\s?#]*)?$/,
  "must be an https URL without user, query and fragment, exactly as the issuer calls itself",
).refine((url) => URL.canParse(url), "must be an https URL");
// An origin as browsers send it (RFC 6454): to the letter, since it is compared to the letter.
const origins = z.string().transform((list) => list.split(",").map((origin) => origin.trim())).refine(
  (list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
  `must be origins separated by commas, such as https://example.gov,https://other.example.gov:8443`,
);
const networks = z.string().transform((list, { addIssue }) => {
  const read = readNetworks(list.split(",").map((network) => network.trim()));
  if (read) return read;
  addIssue("must be IP addresses or networks (CIDR) separated by commas, such as 10.0.0.0/8,::1");
  return z.NEVER;
});
// RFC 6749, section 3.3; OpenID Connect Core 1.0, section 3.1.2.1.
const scope = z.string().regex(/^[!#-[\]-~]+( [!#-[\]-~]+)*$/, "must be scopes separated by spaces").refine(
  (list) => list.split(" ").includes("openid"),
  `must have "openid" among its scopes`,
);
const bucket = z.string().regex(
  /^(arn:\S+|[^\s/:]+)$/,
  "must be a bucket's name: no URL, and what is below the bucket is S3_PREFIX",
);
const flag = z.enum(["true", "false"], { error: `must be "true" or "false"` }).transform((v) => v === "true");
const secret = (least: number) => z.string().min(least, `must have at least ${least} characters`);

/**
 * Every setting, by the name of its environment variable: what it may be, and what it is where it is not set.
 */
export const settings = z.object({
  DATABASE_URL: postgresUrl.optional(),
  EXPORT_DATABASE_URL: postgresUrl.optional(),
  // Longer than it takes to start a database anew.
  DATABASE_WAIT_SECONDS: wholeNumber(0, 3600).default(20),
  // An IPv6 address stands in brackets in a URL alone, but is often copied from one.
  HOST: z.string().transform((host) => host.replace(/^\[(.*)\]$/, "$1")).default("127.0.0.1"),
  PORT: wholeNumber(0, 65535).default(8000),
  PUBLIC_URL: baseUrl.optional(),
  CORS_ORIGINS: origins.optional(),
  TRUSTED_PROXIES: networks.optional(),
  METRICS_TOKEN: secret(16).regex(/^[A-Za-z0-9._~+/-]+=*$/, "must be a bearer token (RFC 6750)").optional(),
  WORKER_METRICS_PORT: wholeNumber(1, 65535).optional(),
  S3_BUCKET: bucket.optional(),
  S3_PREFIX: z.string().regex(/^[^/].*[^/]$|^[^/]$/, "must not begin or end with a slash").optional(),
  S3_FORCE_PATH_STYLE: flag.default(false),
  // Flags of Deno's that name paths are lists.
  STORAGE_DIR: z.string().regex(/^[^,]+$/, "must have no comma in it").default(".data/files"),
  URL_SIGNING_SECRET: secret(32).optional(),
  URL_SIGNING_SECRET_PREVIOUS: secret(32).optional(),
  URL_TTL_SECONDS: wholeNumber(1, 604_800).default(3600),
  WORKER_CONCURRENCY: wholeNumber(1, 64).default(2),
  WORKER_CURSORS: wholeNumber(1, 16).default(3),
  WORKER_STOP_SECONDS: wholeNumber(0, 3600).default(20),
  RETENTION_DAYS: wholeNumber(1, 36_500).default(30),
  MAX_UNFINISHED_JOBS: wholeNumber(1, 1_000_000).default(50),
  MAX_HELD_REQUESTS: wholeNumber(1, 1_000_000).default(100),
  MAX_UPLOAD_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(2 ** 30),
  MAX_CONNECTIONS: wholeNumber(8, 1_000_000).default(2000),
  LEASE_SECONDS: wholeNumber(3, 3600).default(30),
  OIDC_ISSUER: issuerUrl.optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_AGENCY_CLAIM: z.string().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_SCOPE: scope.default("openid"),
  LOG_LEVEL: z.enum(["debug", "info", "warning", "error"], {
    error: `must be "debug", "info", "warning" or "error"`,
  }).default("info"),
  LOG_FORMAT: z.enum(["json", "pretty"], { error: `must be "json" or "pretty"` }).optional(),
});

/** All settings, validated. */
export type Config = z.output<typeof settings>;

/** The name of a setting, which is that of the environment variable. */
export type Setting = keyof Config;

/** Settings that say nothing without another one; where that is missing, somebody has forgotten it. */
const ONLY_WITH: Partial<Record<Setting, Setting>> = {
  URL_SIGNING_SECRET_PREVIOUS: "URL_SIGNING_SECRET",
  S3_PREFIX: "S3_BUCKET",
  S3_FORCE_PATH_STYLE: "S3_BUCKET",
  OIDC_ISSUER: "OIDC_AUDIENCE",
  OIDC_AUDIENCE: "OIDC_ISSUER",
  OIDC_AGENCY_CLAIM: "OIDC_ISSUER",
  OIDC_CLIENT_ID: "OIDC_ISSUER",
  OIDC_CLIENT_SECRET: "OIDC_CLIENT_ID",
  OIDC_SCOPE: "OIDC_CLIENT_ID",
};

/** What the AWS SDK reads by itself, and would say nothing of before its first request. */
const OF_THE_AWS_SDK = [
  ...["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"],
];

const STORAGE = ["S3_BUCKET", "S3_PREFIX", "S3_FORCE_PATH_STYLE", "STORAGE_DIR"] as const;
const LOG = ["LOG_LEVEL", "LOG_FORMAT"] as const;

/**
 * The settings that each process reads; to the others they look unset, and `deno.json` lets no process see
 * more.
 */
const READS = {
  api: [
    ...["DATABASE_URL", "DATABASE_WAIT_SECONDS"] as const,
    ...["HOST", "PORT", "PUBLIC_URL", "CORS_ORIGINS", "METRICS_TOKEN"] as const,
    ...["TRUSTED_PROXIES", "URL_SIGNING_SECRET", "URL_SIGNING_SECRET_PREVIOUS", "URL_TTL_SECONDS"] as const,
    ...["MAX_UNFINISHED_JOBS", "MAX_HELD_REQUESTS", "MAX_UPLOAD_BYTES", "MAX_CONNECTIONS"] as const,
    "RETENTION_DAYS",
    ...["OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_AGENCY_CLAIM"] as const,
    ...["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_SCOPE"] as const,
    ...STORAGE,
    ...LOG,
  ],
  worker: [
    ...["DATABASE_URL", "DATABASE_WAIT_SECONDS", "EXPORT_DATABASE_URL"] as const,
    ...["HOST", "WORKER_METRICS_PORT"] as const,
    ...[
      "WORKER_CONCURRENCY",
      "WORKER_CURSORS",
      "WORKER_STOP_SECONDS",
      "LEASE_SECONDS",
      "RETENTION_DAYS",
    ] as const,
    ...STORAGE,
    ...LOG,
  ],
  command: ["DATABASE_URL"],
  stack: Object.keys(settings.shape) as Setting[],
} satisfies Record<string, readonly Setting[]>;

/** A kind of process: the API, a worker, a command on the database, `demo` and `start`. */
export type ProcessKind = keyof typeof READS;

/** The settings that a kind of process reads. */
export const settingsOf = (kind: ProcessKind): readonly Setting[] => READS[kind];

/** The settings of a kind of process; only the stack may do without a database, for it brings one. */
export type ConfigOf<Kind extends ProcessKind> =
  & Pick<Config, (typeof READS)[Kind][number]>
  & (Kind extends "stack" ? unknown : { DATABASE_URL: string });

/** A setting that is missing or wrong; the message is one sentence a variable, naming it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads and validates the settings of a process, once, at its start.
 *
 * @param read where a variable comes from; an empty value counts as absent
 * @throws {ConfigError} naming every variable that is missing or wrong, never its value (it may be a secret)
 */
export function readConfig<Kind extends ProcessKind>(
  kind: Kind,
  read: (name: string) => string | undefined = variable,
): ConfigOf<Kind> {
  const names = settingsOf(kind);
  const found = Object.fromEntries(names.map((name) => [name, read(name) || undefined]));
  const odd = [...names, ...found["S3_BUCKET"] ? OF_THE_AWS_SDK : []].flatMap((name) => {
    const what = oddity(name, read(name) ?? "");
    return what === undefined ? [] : [{ name, what }];
  });
  const result = settings.safeParse({
    ...found,
    ...Object.fromEntries(odd.map(({ name }) => [name, undefined])),
  });
  const wrong = result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${String(path[0])} ${message}.`);
  const sentences = [
    ...odd.map(({ name, what }) => `${name} ${what}`),
    ...wrong,
    ...missing(kind, (name) => found[name] !== undefined),
  ];
  if (!result.success || sentences.length > 0) throw new ConfigError(sentences.join("\n"));
  return result.data as ConfigOf<Kind>;
}

/**
 * What is wrong with a value as it is written, as the rest of a sentence. Files of variables that no shell
 * reads (docker's --env-file) keep quotation marks, those that Windows wrote have a CR before each line end,
 * and secrets that come from files the line end itself: nobody means them, and not every setting would be
 * refused because of them.
 */
function oddity(name: string, value: string): string | undefined {
  if (value.includes(NOT_TEXT)) return "is not UTF-8 text.";
  if (/^\s|\s$/.test(value)) return "begins or ends with a blank or a line end, which would be a part of it.";
  if (/^(["']).*\1$/s.test(value)) return "stands in quotation marks, which would be a part of it.";
  return value && name.startsWith("AWS_ENDPOINT_URL") && !isHttpUrl(value)
    ? "must be an http(s) URL."
    : undefined;
}

const isHttpUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/** A sentence for each setting that is wanted, by the process or by another setting, and not there. */
function missing(kind: ProcessKind, isSet: (name: Setting) => boolean): string[] {
  const sentences = [];
  if (kind !== "stack" && !isSet("DATABASE_URL")) {
    sentences.push(
      "DATABASE_URL is not set: name the Postgres database to work on (`deno task start` brings one of its own).",
    );
  }
  // Links to local files are signed by the API; those to S3 are signed with its credentials.
  if (kind === "api" && !isSet("S3_BUCKET") && !isSet("URL_SIGNING_SECRET")) {
    sentences.push(
      "URL_SIGNING_SECRET is not set: without S3_BUCKET the API signs the links to files itself. Any 32 random " +
        "characters will do, the same for every API.",
    );
  }
  // The stack has both of its own.
  if (kind === "api" && isSet("OIDC_CLIENT_ID")) {
    if (!isSet("PUBLIC_URL")) {
      sentences.push("PUBLIC_URL is not set: with OIDC_CLIENT_ID the issuer leads people back to it.");
    }
    if (!isSet("URL_SIGNING_SECRET") && isSet("S3_BUCKET")) {
      sentences.push(
        "URL_SIGNING_SECRET is not set: with OIDC_CLIENT_ID the API seals with it who has signed in. Any 32 " +
          "random characters will do, the same for every API.",
      );
    }
  }
  for (const [name, other] of Object.entries(ONLY_WITH) as [Setting, Setting][]) {
    if (isSet(name) && !isSet(other)) {
      sentences.push(`${name} is set and ${other} is not: it says nothing without it.`);
    }
  }
  return sentences;
}
