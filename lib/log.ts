import {
  configure,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type LogRecord,
} from "@logtape/logtape";
import type { Config } from "./config.ts";
import { printable } from "./terminal/printable.ts";

/**
 * Sends structured log records to standard error: one JSON object a line, or readable text on a terminal.
 *
 * Called once by each process. Records must never hold a secret: no connection string, token or signed link.
 */
export async function configureLog(config: Pick<Config, "LOG_LEVEL" | "LOG_FORMAT">): Promise<void> {
  const pretty = (config.LOG_FORMAT ?? (Deno.stderr.isTerminal() ? "pretty" : "json")) === "pretty";
  const line = pretty ? withProperties : getJsonLinesFormatter({ properties: "flatten" });
  const encoder = new TextEncoder();
  await configure({
    reset: true,
    // The library's own sink for consoles would send most records to standard output.
    sinks: { stderr: (record) => void Deno.stderr.writeSync(encoder.encode(line(record))) },
    loggers: [
      { category: "detached", lowestLevel: config.LOG_LEVEL, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
}

const text = getTextFormatter();

/** A line for people, which ends in what the record is about. */
function withProperties(record: LogRecord): string {
  const properties = Object.entries(record.properties)
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return `${printable(text(record).trimEnd() + properties.join(""))}\n`;
}

/** The logger of one part of the service, named by its folder: `log("generations").info("…", { … })`. */
export const log = (part: string) => getLogger(["detached", part]);
