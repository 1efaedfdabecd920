import { variable } from "./environment.ts";

/** The variables whose values nobody may see. */
const SECRETS = [
  ...["DATABASE_URL", "EXPORT_DATABASE_URL", "TEST_DATABASE_URL", "METRICS_TOKEN", "DETACHED_TOKEN"],
  ...["URL_SIGNING_SECRET", "URL_SIGNING_SECRET_PREVIOUS", "OIDC_CLIENT_SECRET", "PGPASSWORD"],
  ...["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"],
];
const SHOWN = "…";

/**
 * Text without the secrets of this process's settings, whole or in part: an exception may quote what it could
 * not read.
 *
 * @param read where a variable comes from
 */
export function redact(text: string, read: (name: string) => string | undefined = variable): string {
  const found = SECRETS.flatMap((name) => secretsIn(read(name)));
  // The longest first: one may be a part of another.
  return found.sort((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, SHOWN), text);
}

/** A value, and the password in it where it is a URL, as it was written and as it reads. */
function secretsIn(value: string | undefined): string[] {
  if (!value) return [];
  const password = /^\w+:\/\/[^:@/]*:(.*)@/s.exec(value)?.[1];
  const passwords = [
    ...password === undefined ? [] : [password, ...password.split(/[#/?@:]/)],
    ...[...value.matchAll(/[?&](?:ssl)?password=([^&]*)/g)].map(([, found]) => found!),
  ];
  if (passwords.length === 0) return [value];
  return [value, ...passwords, ...passwords.map(decoded)].filter((part) => part.length > 2);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
