import { SETTING_NAMES } from "../../config.ts";

/** What a process of the service is allowed to reach. */
export interface Reach {
  /** `host:port` of what it connects to and listens on. */
  net: string[];
  /** The folder of local files. */
  storageDir: string;
}

/** The main modules of the API and of a worker, below the project. */
export type ServiceModule = "main.ts" | "worker/main.ts";

/** The settings, and the variables that the AWS SDK reads by itself; every other variable looks unset to it. */
export const ENVIRONMENT = [
  ...SETTING_NAMES,
  "AWS_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_S3",
  "AWS_ENDPOINT_URL_STS",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_EC2_METADATA_DISABLED",
];

/**
 * The flags of `deno run` for the API and for a worker: the least they need, named one by one. `--ignore-*` makes
 * everything else look absent to the libraries that probe for it.
 */
export function processFlags(module: ServiceModule, { net, storageDir }: Reach): string[] {
  return [
    "--no-prompt",
    "--cached-only",
    `--allow-net=${net.join(",")}`,
    `--allow-env=${ENVIRONMENT.join(",")}`,
    "--ignore-env",
    `--allow-read=${storageDir}`,
    "--ignore-read",
    `--allow-write=${storageDir}`,
    `--allow-sys=homedir,uid,osRelease${module === "worker/main.ts" ? ",setPriority" : ""}`,
  ];
}

/**
 * One more flag, for a process that must not outlive the one that starts it, even if that one is killed. Its standard
 * input must be a pipe that is held open for as long as it is wanted.
 */
export const ENDS_WITH_PARENT = `--preload=${new URL("end_with_parent.ts", import.meta.url).href}`;
