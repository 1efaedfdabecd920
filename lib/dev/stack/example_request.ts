import query from "../../../sql/dev/example_request.sql" with { type: "text" };
import type { Sql } from "../../db.ts";

/** The body of a request for a D1 file, as `POST /v1/generate_detached_file/` takes it. */
export interface ExampleRequest {
  file_type: "D1";
  cgac_code: string;
  start: string;
  end: string;
}

/**
 * A request whose file holds something: for an agency and a quarter that the database has records of, if any.
 */
export async function exampleRequest(sql: Sql): Promise<ExampleRequest> {
  const [found] = await sql.unsafe<Omit<ExampleRequest, "file_type">[]>(query);
  return { file_type: "D1", ...(found ?? { cgac_code: "097", start: "01/01/2016", end: "03/31/2016" }) };
}
