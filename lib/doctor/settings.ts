import { variable } from "../environment.ts";
import { ConfigError, type ConfigOf, readConfig, settingsOf } from "../config.ts";
import { type Finding, note, well, wrong } from "./finding.ts";

/** What is said of the settings, and those of them that can be gone by. */
export interface SettingsLooked {
  findings: Finding[];
  config: ConfigOf<"stack">;
  /** Whether those that say where files are kept can be gone by. */
  hasStorage: boolean;
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;

/**
 * Looks at the settings of APIs and workers: which are wrong, which speak against each other, which have
 * their defaults. A wrong one is then left out, so that everything else can still be looked at.
 *
 * @param read where a variable comes from
 */
export function lookAtSettings(
  read: (name: string) => string | undefined = variable,
): SettingsLooked {
  const leftOut = new Set<string>();
  const readRest = (name: string) => leftOut.has(name) ? undefined : read(name);
  let said: string[] | undefined;
  for (;;) {
    try {
      const config = readConfig("stack", readRest);
      const findings = said?.map((sentence) =>
        wrong(sentence, "Correct it; no process that reads it starts.")
      );
      return {
        findings: [...findings ?? [], ...together(config, readRest)],
        config,
        hasStorage: ![...leftOut].some((name) => STORAGE.includes(name) || name.startsWith("AWS_")),
      };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const sentences = error.message.split("\n");
      // What is found once a wrong one is left out may be due to that alone.
      said ??= sentences;
      for (const sentence of sentences) leftOut.add(sentence.split(" ")[0]!);
    }
  }
}

const STORAGE: string[] = ["S3_BUCKET", "S3_PREFIX", "S3_FORCE_PATH_STYLE", "STORAGE_DIR"];

/** What the settings say when they are seen together. */
function together(config: ConfigOf<"stack">, read: (name: string) => string | undefined): Finding[] {
  const names = settingsOf("stack");
  const set = names.filter((name) => read(name));
  const findings = [well(
    set.length === 0
      ? "No setting is set: all have their defaults."
      : `${set.join(", ")} ${set.length === 1 ? "is" : "are"} set; the other ${
        names.length - set.length
      } have ` +
        `their defaults.`,
  )];
  if (config.S3_BUCKET && read("STORAGE_DIR")) {
    findings.push(note("STORAGE_DIR says nothing where S3_BUCKET is set.", "Take one of the two away."));
  }
  if (!config.S3_BUCKET && !config.URL_SIGNING_SECRET) {
    findings.push(note(
      "URL_SIGNING_SECRET is not set, so that links were not tried: a worker does without, an API without " +
        "S3_BUCKET does not start.",
      "Where this machine is to run an API, set it to 32 random characters, the same for every API.",
    ));
  }
  if (config.URL_SIGNING_SECRET && config.URL_SIGNING_SECRET === config.URL_SIGNING_SECRET_PREVIOUS) {
    findings.push(wrong(
      "URL_SIGNING_SECRET and URL_SIGNING_SECRET_PREVIOUS are the same: nothing is being changed by them.",
      `Take the previous one away, or follow docs/operations.md, "Changing secrets".`,
    ));
  }
  if (config.EXPORT_DATABASE_URL && config.EXPORT_DATABASE_URL === config.DATABASE_URL) {
    findings.push(note("EXPORT_DATABASE_URL is DATABASE_URL, which it is by default.", "Take it away."));
  }
  if (!config.S3_BUCKET && !config.PUBLIC_URL && !LOOPBACK.test(config.HOST)) {
    findings.push(note(
      "PUBLIC_URL is not set, so that links to files lead to HOST and PORT themselves.",
      "Behind a proxy set it to the address that clients know.",
    ));
  }
  if (!config.METRICS_TOKEN && !LOOPBACK.test(config.HOST)) {
    findings.push(note(
      "METRICS_TOKEN is not set: whoever reaches an API reads its figures.",
      "Set it, or let the proxy refuse /metrics.",
    ));
  }
  return findings;
}
