/** Embeds a Postgres (arguments: the project's folder, the cluster's name) and waits to be killed. */
import { embedPostgres } from "../../../lib/dev/embedded/index.ts";

const [project, name] = Deno.args;
await embedPostgres({ project: project!, name: name! });
// deno-lint-ignore no-console -- what the test waits for
console.log("ready");
setInterval(() => {}, 1000);
