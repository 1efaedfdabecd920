import { counted } from "../counted.ts";
import serverQuery from "../../sql/doctor/server.sql" with { type: "text" };
import { databaseFault } from "../database_fault.ts";
import { connect, type Sql } from "../db.ts";
import { ProcessError } from "../process_error.ts";
import { checkSchemaVersion, SchemaVersionError } from "../schema_version.ts";
import { refuseTransactionPooling } from "../transaction_pooling.ts";
import { bytes, duration, type Finding, note, well, wrong } from "./finding.ts";
import { lookAtRoles } from "./roles.ts";

const LEAST_VERSION = 150_000;
/** A JWT is taken with so much of a difference (`lib/auth/oidc.ts`), and S3 takes little more. */
const MOST_SECONDS_APART = 60;
const NOTED_SECONDS_APART = 2;
/** Of the connections that the server takes. */
const NEARLY_ALL = 0.85;
/** Postgres stops taking writes at some 2,146 million, and vacuums by itself from 200 million on. */
const OLD_TRANSACTIONS = 1_000_000_000;

interface Server {
  version: number;
  versionText: string;
  encoding: string;
  isReadOnly: boolean;
  collationChanged: boolean;
  transactionAge: number;
  bytes: number;
  connections: number;
  mostConnections: number;
  user: string;
  isSuperuser: boolean;
  /** Seconds since 1970. */
  clock: number;
}

/**
 * Looks at the database: whether it can be reached, is one that this release works on, and lets its users do
 * what they must.
 *
 * @returns also whether the rest of it can be looked at
 */
export async function lookAtDatabase(
  sql: Sql,
  url: string,
): Promise<{ findings: Finding[]; usable: boolean }> {
  const findings: Finding[] = [];
  try {
    await refuseTransactionPooling(url);
    findings.push(...await lookAtServer(sql));
    await checkSchemaVersion(sql);
  } catch (error) {
    return { findings: [...findings, faultOf(error)], usable: false };
  }
  findings.push(well("Its schema is that of this release."), ...await lookAtRoles(sql));
  return { findings, usable: true };
}

/** Looks at the database that files are read from, where it is another one. */
export async function lookAtReplica(url: string): Promise<Finding[]> {
  const setting = "EXPORT_DATABASE_URL";
  const sql = connect(url, { max: 1, name: "doctor" });
  try {
    await refuseTransactionPooling(url, setting);
    await checkSchemaVersion(sql);
    const [row] = await sql<[{ behind: number | null }]>`
      SELECT CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
        THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS behind`;
    if (row.behind === null || row.behind < 60) return [well(`The database of ${setting} keeps up.`)];
    return [wrong(
      `The database of ${setting} is ${duration(row.behind)} behind: files that need newer data wait for it.`,
      'Look at its replication, and whether long reads hold it up (docs/operations.md, "Sizing").',
    )];
  } catch (error) {
    const { found, todo } = faultOf(error, setting);
    return [wrong(`${setting}: ${found}`, todo!)];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function faultOf(error: unknown, setting = "DATABASE_URL"): Finding {
  if (error instanceof SchemaVersionError) {
    return wrong(error.message, 'See docs/operations.md, "Stopping and upgrading".');
  }
  if (error instanceof ProcessError) {
    return wrong(error.message, 'See docs/operations.md, "Sizing", of poolers.');
  }
  const fault = databaseFault(error);
  if (fault === undefined) throw error;
  return wrong(
    fault,
    `See that the server runs and ${setting} leads to it (docs/operations.md, "The database's URL").`,
  );
}

async function lookAtServer(sql: Sql): Promise<Finding[]> {
  const began = Date.now();
  const [server] = await sql.unsafe<[Server]>(serverQuery);
  const apart = server.clock - (began + Date.now()) / 2000;
  const findings = [
    server.version < LEAST_VERSION
      ? wrong(
        `The server is Postgres ${server.versionText}; this service needs 15 or newer.`,
        "Upgrade the server.",
      )
      : well(
        `The server is Postgres ${server.versionText}; the database has ${
          bytes(server.bytes)
        }. No extension is needed. ` +
          "How much room its disk has left is not to be asked for here.",
      ),
  ];
  if (server.encoding !== "UTF8") {
    findings.push(wrong(
      `The database's encoding is ${server.encoding}; this service needs UTF8.`,
      "Make a new database with ENCODING 'UTF8' TEMPLATE template0, and migrate that.",
    ));
  }
  if (server.isReadOnly) {
    findings.push(wrong(
      "The database takes no writes: it is a standby, or read-only.",
      "Name the primary; with several hosts add target_session_attrs=read-write to DATABASE_URL.",
    ));
  }
  if (server.collationChanged) {
    findings.push(wrong(
      "The system's rules for the order of text have changed since the database was made, so that its indexes may be wrong.",
      "Run REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION.",
    ));
  }
  if (server.transactionAge > OLD_TRANSACTIONS) {
    findings.push(wrong(
      `The database's oldest transaction is ${
        Math.round(server.transactionAge / 1e6)
      } million old; it stops taking writes at 2,146.`,
      "Look what holds autovacuum up: an old transaction, a replication slot, a prepared transaction; then VACUUM.",
    ));
  }
  findings.push(lookAtClock(apart));
  const connections = `The server has ${
    counted(server.connections, "connection")
  } of ${server.mostConnections}`;
  findings.push(
    server.connections > server.mostConnections * NEARLY_ALL
      ? wrong(
        `${connections}: soon it takes no more.`,
        'Raise max_connections, or run fewer workers (docs/operations.md, "Sizing").',
      )
      : well(`${connections}.`),
  );
  if (server.isSuperuser) {
    findings.push(note(
      `The database user ${server.user} is a superuser, who may do more than any process needs.`,
      `Give APIs and workers users of their own (SECURITY.md, "Database users").`,
    ));
  }
  return findings;
}

function lookAtClock(apart: number): Finding {
  const by = Math.abs(apart);
  if (by < NOTED_SECONDS_APART) return well("Its clock and this machine's agree.");
  const found = `Its clock is ${by.toFixed(0)} seconds ${apart > 0 ? "ahead of" : "behind"} this machine's`;
  const todo = "Let both follow a time server (NTP).";
  return by > MOST_SECONDS_APART
    ? wrong(`${found}: sign-ins and links are refused, or expire too early or too late.`, todo)
    : note(`${found}.`, todo);
}
