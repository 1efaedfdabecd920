/** `deno task serve`: the API process. */
import { createAuthenticator } from "./lib/auth/authenticate.ts";
import { openOidcIssuer } from "./lib/auth/oidc.ts";
import { readConfig, runMain } from "./lib/config.ts";
import { connect } from "./lib/db.ts";
import { GenerationChanges } from "./lib/generations/changes.ts";
import { connectionLimit } from "./lib/http/connection_limit.ts";
import { serveHttp } from "./lib/http/serve.ts";
import { configureLog, log } from "./lib/log.ts";
import { collectProcessMetrics } from "./lib/process_metrics.ts";
import { stopSignal } from "./lib/shutdown.ts";
import { openStore } from "./lib/storage/open.ts";
import { createApp } from "./routes/app.ts";
import { HeldRequests } from "./routes/held_requests.ts";

const STOP_MILLISECONDS = 20_000;

await runMain(async () => {
  const config = readConfig("api");
  await configureLog(config);
  collectProcessMetrics("api");
  const stopped = stopSignal();
  const maxConnections = connectionLimit(config.MAX_CONNECTIONS);
  const sql = connect(config.DATABASE_URL, { max: 10, name: "api" });
  const changes = new GenerationChanges(config.DATABASE_URL, "api-listen");
  const app = createApp({
    sql,
    changes,
    held: new HeldRequests(config.MAX_HELD_REQUESTS),
    store: await openStore(config),
    authenticate: createAuthenticator({ sql, oidc: openOidcIssuer(config) }),
    metricsToken: config.METRICS_TOKEN,
    publicUrl: config.PUBLIC_URL,
    corsOrigins: config.CORS_ORIGINS,
    urlTtlSeconds: config.URL_TTL_SECONDS,
    maxUnfinishedJobs: config.MAX_UNFINISHED_JOBS,
  });
  const server = await serveHttp(app, { hostname: config.HOST, port: config.PORT, maxConnections });
  log("api").info("listening", { hostname: server.hostname, port: server.port });

  const signal = await stopped;
  log("api").info("stopping: finishing the requests under way", { signal });
  const deadline = setTimeout(() => Deno.exit(1), STOP_MILLISECONDS);
  changes.close();
  await server.shutdown();
  await changes[Symbol.asyncDispose]();
  await sql.end({ timeout: 5 });
  clearTimeout(deadline);
  log("api").info("stopped");
  Deno.exit(0);
});
