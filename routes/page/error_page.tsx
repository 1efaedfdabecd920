import type { Context } from "hono";
import { type ErrorBody, errorResponse } from "../error_response.ts";
import { CONTENT_SECURITY_POLICY, Layout } from "./layout.tsx";

/** Whether an error is read by a person: a browser asks for HTML, and not for a route of the API. */
export const isForPeople = (c: Context): boolean =>
  !c.req.path.startsWith("/v1/") && /\btext\/html\b/i.test(c.req.header("Accept") ?? "");

/** Answers an error as a page, with the same status and sentence that a program gets. */
export async function errorPage(error: Error, c: Context): Promise<Response> {
  const response = await errorResponse(error, c);
  const { message } = await response.json() as ErrorBody;
  c.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  return c.html(
    <Layout title="Error – DATA Act files" visitor={undefined}>
      <h1>This did not work</h1>
      <p class="alert error">{message}</p>
      <p>
        <a href="/">Back to the form</a>
      </p>
    </Layout>,
    response.status as 400,
  );
}
