/** `deno task worker`: the process that writes files. Run as many as you like, on as many machines. */
import { awaitDatabase } from "../lib/await_database.ts";
import { readConfig } from "../lib/config.ts";
import { connect, connectForQueue, isConnectionLoss } from "../lib/db.ts";
import { SpareCursors } from "../lib/files/spare_cursors.ts";
import { GENERATE_FILE } from "../lib/generations/queue.ts";
import { configureLog, log } from "../lib/log.ts";
import { collectDiskMetrics } from "../lib/process_metrics.ts";
import { readOptions, runMain } from "../lib/run_main.ts";
import { stopSignal } from "../lib/shutdown.ts";
import { openStore } from "../lib/storage/open.ts";
import { refuseTransactionPooling } from "../lib/transaction_pooling.ts";
import { version } from "../lib/version.ts";
import { END_RETENTION, endRetentionOfFiles } from "./end_retention.ts";
import { generateFile } from "./generate_file.ts";
import { Housekeeping } from "./housekeeping.ts";
import { lowerPriority } from "./lower_priority.ts";
import { serveMetrics } from "./metrics_server.ts";
import { queueLogger } from "./queue_logger.ts";
import { runTasks } from "./run_tasks.ts";

const USAGE = `Usage: deno task worker

A worker alone, until a signal stops it: it makes the files that are asked for. As many as you like, on as many machines.
Its settings are environment variables (README.md, "Run it"): DATABASE_URL must be set.

Exit codes: 0 stopped; 2 wrong usage or settings; 3 the database cannot be used; 4 WORKER_METRICS_PORT cannot be listened on.`;

await runMain(USAGE, async (args) => {
  readOptions("worker", args, {});
  const config = readConfig("worker");
  await configureLog(config);
  const stopped = stopSignal();
  lowerPriority();
  const concurrency = config.WORKER_CONCURRENCY;
  const sql = connect(config.DATABASE_URL, { max: concurrency + 2, name: "worker" });
  if (!await awaitDatabase(sql, config.DATABASE_URL, config.DATABASE_WAIT_SECONDS, stopped)) return;
  const cursors = config.WORKER_CURSORS;
  if (config.EXPORT_DATABASE_URL) {
    const looked = refuseTransactionPooling(config.EXPORT_DATABASE_URL, "EXPORT_DATABASE_URL").catch(
      (error) => {
        // A replica that is away just now is waited for by whatever reads from it.
        if (!isConnectionLoss(error)) throw error;
      },
    );
    await Promise.race([looked, stopped]);
  }
  const exportSql = connect(config.EXPORT_DATABASE_URL ?? config.DATABASE_URL, {
    max: concurrency + cursors - 1,
    name: "export",
  });
  const pgPool = connectForQueue(config.DATABASE_URL, { max: concurrency + 2, name: "queue" });
  const store = await openStore(config);
  collectDiskMetrics(config);

  const metrics = config.WORKER_METRICS_PORT
    ? await serveMetrics(config.HOST, config.WORKER_METRICS_PORT)
    : undefined;
  const housekeeping = new Housekeeping(sql, store);
  const options = {
    pgPool,
    concurrency,
    // Its own handlers call process.kill, which needs a permission that nothing else does.
    noHandleSignals: true,
    logger: queueLogger,
    taskList: {
      [GENERATE_FILE]: generateFile({
        sql,
        exportSql,
        spareCursors: new SpareCursors(cursors - 1),
        store,
        leaseSeconds: config.LEASE_SECONDS,
      }),
      [END_RETENTION]: endRetentionOfFiles(sql, config.RETENTION_DAYS),
    },
    crontab: `17 * * * * ${END_RETENTION} ?fill=1d`,
    preset: {
      worker: {
        // With its default delays a stop loses the completion of the last task, which then runs again hours
        // later.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        gracefulShutdownAbortTimeout: config.WORKER_STOP_SECONDS * 1000,
      },
    },
  };
  await runTasks(options, stopped, () => log("worker").info("ready", { version, concurrency }));
  await housekeeping[Symbol.asyncDispose]();
  await metrics?.shutdown();
  await Promise.all([sql.end({ timeout: 5 }), exportSql.end({ timeout: 5 }), pgPool.end()]);
  log("worker").info("stopped");
});
