import type { Context } from "hono";
import { ServiceError } from "../../lib/errors.ts";

/**
 * Makes sure that a request's body is sent as it is: none is decoded here, however it is said to be encoded
 * (RFC 9110, section 8.4; RFC 9112, section 6.1).
 *
 * @throws {ServiceError} `wrong_content_encoding`
 */
export function requirePlainBody(c: Context): void {
  const found = [
    ...codingsIn(c.req.header("Content-Encoding")),
    ...codingsIn(c.req.header("Transfer-Encoding")).filter((coding) => coding !== "chunked"),
  ].filter((coding) => coding !== "identity");
  if (found.length > 0) throw new ServiceError("wrong_content_encoding", { found: found.join(", ") });
}

const codingsIn = (header = ""): string[] =>
  header.split(",").map((coding) => coding.trim().toLowerCase()).filter((coding) => coding !== "");
