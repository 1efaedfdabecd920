import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import { log } from "../../lib/log.ts";
import { checkSchemaVersion, SchemaVersionError } from "../../lib/schema_version.ts";

/** SQLSTATEs of names that are not there, and of what one may not do. */
const OF_A_SCHEMA = /^(42P01|42703|42883|42704|3F000|42501)$/;

/**
 * What a request that met an error of the schema is to be told: where the database has not the one of this
 * release, as while a backup is being restored, the service is away; otherwise it is a fault of ours.
 */
export async function schemaFault(error: Error, sql: Sql): Promise<Error> {
  if (!OF_A_SCHEMA.test(String((error as { code?: unknown }).code))) return error;
  try {
    await checkSchemaVersion(sql, { orNewer: true });
    return error;
  } catch (found) {
    if (!(found instanceof SchemaVersionError)) return error;
    log("api").warning("the database's schema is not this release's", { error: found.message });
    return new ServiceError("service_unavailable");
  }
}
