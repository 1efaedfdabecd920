import { connect } from "../../lib/db.ts";
import { startRestartablePostgres } from "./restartable_postgres.ts";
import { until } from "./until.ts";

/** A Postgres of a test's own that takes encrypted connections, and such by a socket in a folder. */
export interface EncryptedPostgres extends AsyncDisposable {
  url: URL;
  /**
   * Files: the authority that signed its certificate, which is for "localhost" alone; and another authority.
   */
  authority: string;
  otherAuthority: string;
  /** The folder of its socket. */
  folder: string;
}

// A certificate authority, another one, and a certificate of the first.
const CERTIFICATES = `set -e
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 9 -subj /CN=authority
openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -days 9 -subj /CN=other
openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost
printf subjectAltName=DNS:localhost > names
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 9 -extfile names`;

/** Starts one; needs openssl. */
export async function startEncryptedPostgres(): Promise<EncryptedPostgres> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "detached-tls-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.chmod(folder, 0o777);
  const made = await new Deno.Command("/bin/sh", { args: ["-c", CERTIFICATES], cwd: folder }).output();
  if (!made.success) throw new Error(new TextDecoder().decode(made.stderr));
  const postgres = stack.use(
    await startRestartablePostgres("encrypted-test", { unix_socket_directories: folder }),
  );
  const sql = connect(postgres.url, { max: 1, name: "test" });
  try {
    for (const file of ["server.key", "server.crt"]) {
      const text = await Deno.readTextFile(`${folder}/${file}`);
      // As the server's own user, which alone may be able to read a key.
      await sql.unsafe(
        `COPY (SELECT unnest(string_to_array('${text.trim()}', E'\\n'))) TO PROGRAM 'umask 077; cat > ${file}'`,
      );
    }
    await sql`ALTER SYSTEM SET ssl = on`;
    await sql`SELECT pg_reload_conf()`;
    await until("it encrypts", async () => {
      const [row] = await sql`SELECT setting FROM pg_settings WHERE name = 'ssl'`;
      return row!["setting"] === "on";
    });
  } finally {
    await sql.end();
  }
  const owned = stack.move();
  return {
    url: new URL(postgres.url),
    authority: `${folder}/ca.crt`,
    otherAuthority: `${folder}/other.crt`,
    folder,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
