/** The embedded Postgres cannot be had, made or started; the message is for whoever ran the command. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = "EmbeddedPostgresError";
}

/** Another process has the database running. */
export class DatabaseInUseError extends EmbeddedPostgresError {
  override readonly name = "DatabaseInUseError";
}
