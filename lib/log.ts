import {
  configure,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
} from "@logtape/logtape";
import type { Config } from "./config.ts";

/**
 * Sends structured log records to standard error: one JSON object a line, or readable text on a terminal.
 *
 * Called once by each process. Records must never hold a secret: no connection string, token or signed link.
 */
export async function configureLog(config: Pick<Config, "LOG_LEVEL" | "LOG_FORMAT">): Promise<void> {
  const pretty = (config.LOG_FORMAT ?? (Deno.stderr.isTerminal() ? "pretty" : "json")) === "pretty";
  const line = pretty ? getTextFormatter() : getJsonLinesFormatter({ properties: "flatten" });
  const encoder = new TextEncoder();
  await configure({
    reset: true,
    sinks: {
      stderr: pretty
        ? getConsoleSink({ formatter: line })
        : (record) => void Deno.stderr.writeSync(encoder.encode(line(record))),
    },
    loggers: [
      { category: "detached", lowestLevel: config.LOG_LEVEL, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
}

/** The logger of one part of the service, named by its folder: `log("generations").info("…", { … })`. */
export const log = (part: string) => getLogger(["detached", part]);
