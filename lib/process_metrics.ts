import { collectDefaultMetrics, Gauge } from "prom-client";
import type { Config } from "./config.ts";
import { registry } from "./metrics.ts";
import { freeBytes } from "./storage/free_bytes.ts";
import { version } from "./version.ts";

/** What prom-client would read from /proc, which a process with named permissions may not: it would say 0. */
const UNREADABLE = [
  "process_resident_memory_bytes",
  "process_virtual_memory_bytes",
  "process_heap_bytes",
  "process_open_fds",
  "process_max_fds",
];

/**
 * Adds the figures of this process as such to what it tells Prometheus, under the names that every dashboard
 * knows: CPU, memory, start, event loop; and what it is a build of.
 *
 * @param kind which process of the service it is
 */
export function collectProcessMetrics(kind: "api" | "worker"): void {
  collectDefaultMetrics({ register: registry });
  for (const name of UNREADABLE) registry.removeSingleMetric(name);
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers: [registry],
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  new Gauge({
    name: "detached_build_info",
    help: "1; the labels say which process this is, of which release, on which Deno.",
    labelNames: ["process", "version", "deno"],
    registers: [registry],
  }).set({ process: kind, version, deno: Deno.version.deno }, 1);
}

/**
 * Adds the room on the disk that files are kept on, where that is a local folder. Nothing is told where the
 * folder is not there or the system cannot tell.
 */
export function collectDiskMetrics(
  { S3_BUCKET, STORAGE_DIR }: Pick<Config, "S3_BUCKET" | "STORAGE_DIR">,
): void {
  if (S3_BUCKET) return;
  const size = new Gauge({
    name: "detached_storage_size_bytes",
    help: "How large the disk of the local storage folder is.",
    registers: [registry],
  });
  new Gauge({
    name: "detached_storage_free_bytes",
    help: "How much of the disk of the local storage folder may still be filled.",
    registers: [registry],
    async collect() {
      const room = await freeBytes(STORAGE_DIR);
      if (room) {
        this.set(room.free);
        size.set(room.size);
      } else {
        for (const gauge of [this, size]) gauge.remove();
      }
    },
  });
}
