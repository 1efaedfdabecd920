import type { Sql } from "../../lib/db.ts";

const ENOUGH_KIBIBYTES = 2 * 1024 * 1024;
const PREFIX = "test_memory_";

/**
 * Makes a tablespace in `/dev/shm`, where the server's machine has room for it there.
 *
 * Copying a database takes some 20 ms there. On ext4 it takes ten times that, since it avoids the inodes of
 * files deleted a short while ago, of which the tests' databases leave thousands.
 *
 * @param admin a connection of the superuser
 * @returns its name, or `undefined` where the tests have to do without
 */
export async function makeMemoryTablespace(admin: Sql): Promise<string | undefined> {
  const name = `${PREFIX}${crypto.randomUUID().slice(0, 8)}`;
  try {
    if (await freeKibibytes(admin) < ENOUGH_KIBIBYTES) return undefined;
    await admin.unsafe(
      `COPY (SELECT WHERE false) TO PROGRAM 'mkdir -m 700 ${folderOf(name)}'`,
    );
    await admin.unsafe(`CREATE TABLESPACE ${name} LOCATION '${folderOf(name)}'`);
    return name;
  } catch {
    return undefined;
  }
}

/** Removes a tablespace; its databases must be gone. */
export async function removeMemoryTablespace(admin: Sql, name: string): Promise<void> {
  await admin.unsafe(`DROP TABLESPACE IF EXISTS ${name}`);
  await admin.unsafe(`COPY (SELECT WHERE false) TO PROGRAM 'rm -rf ${folderOf(name)}'`);
}

/** The tablespaces that killed runs have left on a server. */
export async function memoryTablespaces(admin: Sql): Promise<string[]> {
  const rows = await admin<{ name: string }[]>`
    SELECT spcname AS name FROM pg_tablespace WHERE starts_with(spcname, ${PREFIX})`;
  return rows.map(({ name }) => name);
}

const folderOf = (name: string) => `/dev/shm/detached-${name}`;

async function freeKibibytes(admin: Sql): Promise<number> {
  return await admin.begin(async (tx) => {
    await tx`CREATE TEMPORARY TABLE free (line text) ON COMMIT DROP`;
    await tx`COPY free FROM PROGRAM 'df -Pk /dev/shm'`;
    const [row] = await tx<{ free: string }[]>`
      SELECT (regexp_split_to_array(line, ' +'))[4] AS free FROM free WHERE line NOT LIKE 'Filesystem%'`;
    return Number(row?.free);
  });
}
