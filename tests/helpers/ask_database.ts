/** Says of each way to the database of a URL (the argument) whether its connections are encrypted. */
import { connect, openSession } from "../../lib/db.ts";

const ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

/** Whether a connection is encrypted, by each of the ways that the service opens one. */
export const ways: Record<string, (url: string) => Promise<boolean>> = {
  async pool(url) {
    const sql = connect(url, { max: 1, name: "test" });
    return await sql.unsafe(ENCRYPTED).then(([row]) => row!["ssl"]).finally(() => sql.end());
  },
  async pipelined(url) {
    const sql = connect(url, { max: 1, name: "test", pipelined: true });
    return await sql.unsafe(ENCRYPTED).then(([row]) => row!["ssl"]).finally(() => sql.end());
  },
  async session(url) {
    const session = await openSession(url, "test");
    return await session.query(ENCRYPTED).then(({ rows }) => rows[0].ssl).finally(() => session.end());
  },
};

if (import.meta.main) {
  const said = [];
  for (const ask of Object.values(ways)) said.push(await ask(Deno.args[0]!) ? "encrypted" : "plain");
  // deno-lint-ignore no-console -- it is a program
  console.log(said.join(" "));
}
