/** `deno task serve`: the API process. */
import { createAuthenticator } from "./lib/auth/authenticate.ts";
import { openOidcIssuer } from "./lib/auth/oidc.ts";
import { openSignInProvider } from "./lib/auth/sign_in_provider.ts";
import { awaitDatabase } from "./lib/await_database.ts";
import { readConfig } from "./lib/config.ts";
import { connect } from "./lib/db.ts";
import { GenerationChanges } from "./lib/generations/changes.ts";
import { httpUrlOf } from "./lib/http/address.ts";
import { connectionLimit } from "./lib/http/connection_limit.ts";
import { serveHttp } from "./lib/http/serve.ts";
import { configureLog, log } from "./lib/log.ts";
import { collectDiskMetrics, collectProcessMetrics } from "./lib/process_metrics.ts";
import { readOptions, runMain } from "./lib/run_main.ts";
import { stopSignal } from "./lib/shutdown.ts";
import { openStore } from "./lib/storage/open.ts";
import { version } from "./lib/version.ts";
import { createApp } from "./routes/app.ts";
import { HeldRequests } from "./routes/middleware/held_requests.ts";

const STOP_MILLISECONDS = 20_000;
/** The longest that a statement may take, as one that waits for a lock of somebody's maintenance. */
const STATEMENT_SECONDS = 25;

const USAGE = `Usage: deno task serve

The API alone, until a signal stops it. Its settings are environment variables (README.md, "Run it"): DATABASE_URL, and
without S3_BUCKET also URL_SIGNING_SECRET, must be set. Where it listens is said in its log, on standard error.

Exit codes: 0 stopped; 2 wrong usage or settings; 3 the database cannot be used; 4 HOST and PORT cannot be listened on.`;

await runMain(USAGE, async (args) => {
  readOptions("serve", args, {});
  const config = readConfig("api");
  await configureLog(config);
  collectProcessMetrics("api");
  collectDiskMetrics(config);
  const stopped = stopSignal();
  const maxConnections = connectionLimit(config.MAX_CONNECTIONS);
  const sql = connect(config.DATABASE_URL, {
    max: 10,
    name: "api",
    pipelined: true,
    statementSeconds: STATEMENT_SECONDS,
  });
  if (!await awaitDatabase(sql, config.DATABASE_URL, config.DATABASE_WAIT_SECONDS, stopped)) return;
  const changes = new GenerationChanges(config.DATABASE_URL, "api-listen");
  const oidc = openOidcIssuer(config);
  const app = createApp({
    sql,
    changes,
    held: new HeldRequests(config.MAX_HELD_REQUESTS),
    store: await openStore(config),
    authenticate: createAuthenticator({ sql, oidc }),
    provider: openSignInProvider(config, oidc, sql),
    metricsToken: config.METRICS_TOKEN,
    publicUrl: config.PUBLIC_URL,
    corsOrigins: config.CORS_ORIGINS,
    trustedProxies: config.TRUSTED_PROXIES,
    urlTtlSeconds: config.URL_TTL_SECONDS,
    maxUnfinishedJobs: config.MAX_UNFINISHED_JOBS,
    maxUploadBytes: config.MAX_UPLOAD_BYTES,
    retentionDays: config.RETENTION_DAYS,
  });
  const server = await serveHttp(app, { hostname: config.HOST, port: config.PORT, maxConnections });
  // deno-lint-ignore no-console -- whoever has started it finds it by this line, whatever LOG_LEVEL is
  console.log(`Listening on ${httpUrlOf(config.HOST, server.port)}`);
  log("api").info("listening", { version, hostname: server.hostname, port: server.port });

  const signal = await stopped;
  log("api").info("stopping: finishing the requests under way", { signal });
  const deadline = setTimeout(() => Deno.exit(1), STOP_MILLISECONDS);
  changes.close();
  await server.shutdown();
  await changes[Symbol.asyncDispose]();
  await sql.end({ timeout: 5 });
  clearTimeout(deadline);
  log("api").info("stopped");
});
