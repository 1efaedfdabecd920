/** A real Postgres from npm, for the demo, for trying things out and for the tests. */
export { DatabaseInUseError, EmbeddedPostgresError } from "./embedded_error.ts";
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, embedPostgres } from "./embed.ts";
export { USUAL_FOLDER } from "./folder.ts";
export { freePort } from "./free_port.ts";
