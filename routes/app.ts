import { type ErrorHandler, Hono } from "hono";
import { BlockList } from "node:net";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { getPathNoStrict } from "hono/utils/url";
import { ServiceError } from "../lib/errors.ts";
import { Storing } from "../lib/generations/storing.ts";
import { requireRules } from "./middleware/access.ts";
import { auditRefusals } from "./middleware/audit_refusals.ts";
import { cancelGeneration } from "./cancel_generation.ts";
import { checkDetachedGenerationStatus } from "./check_detached_generation_status.ts";
import { coverage } from "./coverage.ts";
import { columns } from "./columns.ts";
import { compressPages } from "./middleware/compress_pages.ts";
import type { Dependencies } from "./dependencies.ts";
import { docs } from "./docs/docs.tsx";
import { ERRORS } from "./docs/errors.ts";
import { errorResponse } from "./response/error_response.ts";
import { estimateGeneration } from "./estimate_generation.ts";
import { files } from "./files.ts";
import { generateDetachedFile } from "./generate_detached_file.ts";
import { generationEvents } from "./generation_events.ts";
import { generationTotals } from "./generation_totals.ts";
import { health } from "./health.ts";
import { hearRefusedOut } from "./middleware/hear_out.ts";
import { detachedFileUrl } from "./get_detached_file_url.ts";
import { latestPublicationPeriod } from "./latest_publication_period.ts";
import { ownAgencies } from "./list_agencies.ts";
import { allAgencies } from "./list_all_agencies.ts";
import { dataSources } from "./list_data_sources.ts";
import { listGenerations } from "./list_generations.ts";
import { logRequests } from "./middleware/log_requests.ts";
import { countRequests, metrics } from "./metrics.ts";
import { type Operation, operationsOf } from "./operation.ts";
import { errorPage, isForPeople } from "./page/error_page.tsx";
import { page } from "./page/page.ts";
import { previewGeneration } from "./preview_generation.ts";
import { reconcile } from "./reconcile.ts";
import { knowSource } from "./middleware/request_source.ts";
import { schemaFault } from "./response/schema_fault.ts";
import { traceRequests } from "./middleware/trace_requests.ts";
import { type UploadRoom, uploadRoom } from "./request/upload_room.ts";

/** Every route for programs, with the types that the client (`client.ts`) knows the API by. */
const apiRoutes = (dependencies: Dependencies, storing: Storing, uploads: UploadRoom) =>
  new Hono()
    .route("/", generateDetachedFile(dependencies))
    .route("/", checkDetachedGenerationStatus(dependencies))
    .route("/", listGenerations(dependencies))
    .route("/", cancelGeneration(dependencies))
    .route("/", generationEvents(dependencies))
    .route("/", generationTotals(dependencies))
    .route("/", estimateGeneration(dependencies))
    .route("/", previewGeneration(dependencies))
    .route("/", reconcile(dependencies, uploads))
    .route("/", coverage(dependencies))
    .route("/", columns())
    .route("/", detachedFileUrl(dependencies))
    .route("/", ownAgencies(dependencies))
    .route("/", allAgencies(dependencies))
    .route("/", dataSources(dependencies))
    .route("/", latestPublicationPeriod(dependencies))
    .route("/", files(dependencies))
    .route("/", health(dependencies, storing))
    .route("/", metrics(dependencies));

/** The API's routes, bodies and responses as types. */
export type Api = ReturnType<typeof apiRoutes>;

/** The whole API: every route, with its errors. */
export function createApp(dependencies: Dependencies): Hono {
  const storing = new Storing();
  const uploads = uploadRoom();
  const api = apiRoutes(dependencies, storing, uploads) as unknown as Hono;
  const operations = operationsOf(api);
  const routes = new Hono()
    .route("/", api)
    .route("/", docs(dependencies, operations))
    .route("/", page(dependencies, uploads));
  requireRules(routes);
  refuseOtherMethods(routes);

  const meant = withVersion(api);
  const app = new Hono({ getPath: (request) => meant(getPathNoStrict(request)) });
  app.use(
    hearRefusedOut,
    countRequests,
    requestId({ headerName: "" }),
    knowSource(dependencies.trustedProxies ?? new BlockList()),
    traceRequests,
    logRequests,
    secureHeaders(),
    auditRefusals(dependencies.sql),
  );
  app.use(async (c, next) => {
    await next();
    // Responses carry links and states of the moment.
    if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
    // Hono throws the body of a HEAD away, without a word to whoever is still making it.
    if (c.req.method === "HEAD") await c.res.body?.cancel();
  });
  app.use(compressPages);
  if (dependencies.corsOrigins) app.use(allowOrigins(dependencies.corsOrigins, operations));
  app.route("/", routes);
  const respond: ErrorHandler = async (thrown, c) => {
    storing.noteError(thrown);
    const error = await schemaFault(thrown, dependencies.sql);
    return isForPeople(c) ? errorPage(error, c) : errorResponse(error, c);
  };
  app.onError(respond);
  // Not thrown: it would pass by the middleware before it.
  app.notFound((c) => respond(new ServiceError("route_unknown", { path: c.req.path }), c));
  return app;
}

/**
 * Tells the path that is meant: the Broker's users come through a proxy that leaves out the prefix `/v1`, so
 * every route for programs is found without it as well.
 */
function withVersion({ routes }: Hono): (path: string) => string {
  const names = new Set(routes.flatMap(({ path }) => /^\/v1\/([^/]+)/.exec(path)?.[1] ?? []));
  return (path) => names.has(path.split("/")[1]!) ? `/v1${path}` : path;
}

/**
 * Lets pages of other origins call the API (CORS, the Fetch standard): with credentials in headers, never
 * with cookies. They may send and read every header that a route says it has.
 */
const allowOrigins = (origins: readonly string[], operations: readonly Operation[]) =>
  cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: named([
      ...["Authorization", "Content-Type", "X-Session-Id", "X-Request-Id", "traceparent"],
      ...operations.flatMap(({ headers }) => Object.keys(headers)),
    ]),
    exposeHeaders: named([
      "X-Request-Id",
      ...operations.flatMap(({ responses }) => responses).flatMap(({ headers }) =>
        Object.keys(headers ?? {})
      ),
      ...Object.values(ERRORS).flatMap(({ headers }) => Object.keys(headers ?? {})),
    ]),
    maxAge: 600,
  });

/** Each once, in order. */
const named = (headers: readonly string[]): string[] => [...new Set(headers)].sort();

/** Answers 405 with `Allow` (RFC 9110, 15.5.6) where a path is known but not with this method. */
function refuseOtherMethods(routes: Hono): void {
  const methods = Map.groupBy(routes.routes, ({ path }) => path);
  for (const [path, entries] of methods) {
    const known = new Set(entries.flatMap(({ method }) => method === "GET" ? ["GET", "HEAD"] : [method]));
    const allowed = [...known].join(", ");
    routes.all(path, (c) => {
      c.header("Allow", allowed);
      throw new ServiceError("method_not_allowed", { method: c.req.method, path: c.req.path, allowed });
    });
  }
}
