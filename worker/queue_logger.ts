import { Logger } from "graphile-worker";
import { log } from "../lib/log.ts";

const levels = { error: "error", warning: "warning", info: "debug", debug: "debug" } as const;

/** graphile-worker's messages in the service's own log; its everyday ones only at the level "debug". */
export const queueLogger = new Logger((scope) => (level, message, meta) => {
  const error = meta?.["error"];
  log("queue")[levels[level as keyof typeof levels] ?? "debug"]("of graphile-worker", {
    text: message,
    label: scope.label,
    ...(error instanceof Error && { error: error.message }),
  });
});
