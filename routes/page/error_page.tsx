import type { Context } from "hono";
import { ServiceError } from "../../lib/errors.ts";
import { FILES_PATH } from "../../lib/storage/link.ts";
import { type ErrorBody, errorResponse } from "../response/error_response.ts";
import { CONTENT_SECURITY_POLICY, Layout } from "./layout.tsx";

/**
 * Whether an error is read by a person: a browser asks for HTML, and for no route of the API but a file,
 * which a link in a mail or a history leads to.
 */
export const isForPeople = (c: Context): boolean =>
  (!c.req.path.startsWith("/v1/") || c.req.path.startsWith(FILES_PATH)) &&
  /\btext\/html\b/i.test(c.req.header("Accept") ?? "");

/** Answers an error as a page, with the same status and sentence that a program gets, and a way on. */
export async function errorPage(error: Error, c: Context): Promise<Response> {
  const response = await errorResponse(error, c);
  const { message } = await response.json() as ErrorBody;
  c.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  const isExpired = error instanceof ServiceError && error.code === "link_expired";
  return c.html(
    <Layout title="Error – DATA Act files" visitor={c.get("user")}>
      <h1>{isExpired ? "This link has expired" : "This did not work"}</h1>
      <p class="alert error">{message}</p>
      {c.req.path.startsWith(FILES_PATH) ? <WayToFile path={c.req.path} /> : (
        <p>
          <a href="/">Back to the form</a>
        </p>
      )}
    </Layout>,
    response.status as 400,
  );
}

/** The first part of a stored file's key is its generation. */
function WayToFile({ path }: { path: string }) {
  const generation = /^\d{1,18}(?=\/)/.exec(path.slice(FILES_PATH.length))?.[0];
  return (
    <>
      <p>
        A link is good for a while only. The page of the file has a fresh one for as long as the file is kept,
        and makes the file anew after that.
      </p>
      <p>
        {generation && <a class="button" href={`/jobs/of-file/${generation}`}>Open the page of the file</a>}
      </p>
      <p>
        <a href="/">Ask for another file</a>
      </p>
    </>
  );
}
