import { readFileSync } from "node:fs";
import type { ConnectionOptions as TlsOptions, SecureVersion } from "node:tls";
import { ConnectionUrlError } from "./connection_url_error.ts";

/**
 * Whether a connection is encrypted: not at all, where the server can, or always; and what of the server is
 * then checked.
 */
export interface Encryption {
  mode: "never" | "where possible" | "always";
  /** Whether the encryption begins at once, without asking the server. */
  direct: boolean;
  tls: TlsOptions;
}

const MODES = ["disable", "prefer", "require", "verify-ca", "verify-full", "no-verify"];
const NEGOTIATIONS = ["postgres", "direct"];
const VERSIONS: readonly string[] = ["TLSv1.2", "TLSv1.3"];

/**
 * Reads the parameters of a URL that are about encryption, as libpq does ("SSL Support"); `no-verify`, which
 * other drivers know, is `require` without a certificate authority.
 *
 * @throws {ConnectionUrlError} where one is not taken, or names a file that cannot be read
 */
export function readEncryption(parameters: ReadonlyMap<string, string>): Encryption {
  const sslmode = parameters.get("sslmode") ?? "prefer";
  if (!MODES.includes(sslmode)) {
    throw new ConnectionUrlError(`has an sslmode that is not taken: it may be ${MODES.join(" or ")}`);
  }
  const rootCertificate = parameters.get("sslrootcert");
  const negotiation = parameters.get("sslnegotiation") ?? "postgres";
  if (!NEGOTIATIONS.includes(negotiation)) {
    throw new ConnectionUrlError(`has an sslnegotiation that is none of ${NEGOTIATIONS.join(", ")}`);
  }
  const direct = negotiation === "direct";
  const mode = sslmode === "disable" ? "never" : sslmode === "prefer" ? "where possible" : "always";
  if (direct && mode !== "always") {
    throw new ConnectionUrlError("has sslnegotiation=direct without an sslmode that always encrypts");
  }
  if (rootCertificate === "system" && sslmode !== "verify-full") {
    throw new ConnectionUrlError("has sslrootcert=system without sslmode=verify-full");
  }
  if (parameters.has("sslcert") !== parameters.has("sslkey")) {
    throw new ConnectionUrlError("has one of sslcert and sslkey; a certificate wants both");
  }
  const [least, most] = ["ssl_min_protocol_version", "ssl_max_protocol_version"].map((name) =>
    parameters.get(name)
  );
  if (least && most && least > most) {
    throw new ConnectionUrlError("has an ssl_min_protocol_version above its ssl_max_protocol_version");
  }
  const checksAuthority = /^verify-/.test(sslmode) || sslmode === "require" && rootCertificate !== undefined;
  const own = rootCertificate === undefined || rootCertificate === "system"
    ? {}
    : { ca: file(parameters, "sslrootcert") };
  return {
    mode,
    direct,
    tls: {
      rejectUnauthorized: checksAuthority,
      ...checksAuthority && own,
      ...checksAuthority && sslmode !== "verify-full" && { checkServerIdentity: () => undefined },
      ...parameters.has("sslcert") && { cert: file(parameters, "sslcert") },
      ...parameters.has("sslkey") && { key: file(parameters, "sslkey") },
      ...parameters.has("sslpassword") && { passphrase: parameters.get("sslpassword")! },
      ...version(parameters, "ssl_min_protocol_version", "minVersion"),
      ...version(parameters, "ssl_max_protocol_version", "maxVersion"),
      ...direct && { ALPNProtocols: ["postgresql"] },
    },
  };
}

function version(
  parameters: ReadonlyMap<string, string>,
  name: string,
  option: "minVersion" | "maxVersion",
): TlsOptions {
  const value = parameters.get(name);
  if (value === undefined) return {};
  if (!VERSIONS.includes(value)) {
    throw new ConnectionUrlError(`has a ${name} that is none of ${VERSIONS.join(", ")}`);
  }
  return { [option]: value as SecureVersion };
}

function file(parameters: ReadonlyMap<string, string>, name: string): string {
  const path = parameters.get(name)!;
  try {
    return readFileSync(path, "utf8");
  } catch {
    const folders = CERTIFICATE_FOLDERS.join(", ").replace(/, (?=[^,]*$)/, " and ");
    throw new ConnectionUrlError(
      `names a file by ${name} that is not there or may not be read: the tasks may read certificates in ${folders}`,
    );
  }
}

/** Where tasks may read certificates (`deno.json`, "permissions"). */
export const CERTIFICATE_FOLDERS = [
  ".data/certificates",
  "/etc/ssl",
  "/etc/pki",
  "/usr/local/share/ca-certificates",
];
