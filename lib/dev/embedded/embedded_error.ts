import { ProcessError } from "../../process_error.ts";

/** The embedded Postgres cannot be had, made or started; the message is for whoever ran the command. */
export class EmbeddedPostgresError extends ProcessError {
  override readonly name: string = "EmbeddedPostgresError";
}

/** Another process has the database running. */
export class DatabaseInUseError extends EmbeddedPostgresError {
  override readonly name = "DatabaseInUseError";
}
