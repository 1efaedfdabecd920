/**
 * Serves on a port without regard to how many files may be open, for the test of what happens when none is
 * left.
 */
import { serveHttp } from "../../lib/http/serve.ts";
import { configureLog, log } from "../../lib/log.ts";

await configureLog({ LOG_LEVEL: "info", LOG_FORMAT: "json" });
const fetch = () => Promise.resolve(Response.json({ status: "ok" }));
await serveHttp({ fetch }, { hostname: "127.0.0.1", port: Number(Deno.args[0]), maxConnections: 1_000_000 });
log("test").info("listening");
