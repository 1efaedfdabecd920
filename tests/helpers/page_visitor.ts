import type { TestApp } from "./app.ts";
import { visible } from "./visible_text.ts";

/** A page as it came: its markup, and its text as it is read. */
export interface VisitedPage {
  status: number;
  /** Where it leads to instead. */
  to: string | null;
  html: string;
  text: string;
}

/** A browser without script, as far as a test needs one. */
export interface PageVisitor {
  get(path: string): Promise<VisitedPage>;
  post(path: string, fields?: Record<string, string> | FormData): Promise<VisitedPage>;
}

/**
 * Visits the pages, signed in.
 *
 * @param send sends a request to the service, or to the app without one
 * @param credential what the cookie holds
 */
export function pageVisitor(
  send: (path: string, init: RequestInit) => Response | Promise<Response>,
  credential: string,
): PageVisitor {
  const headers = { Cookie: `session=${credential}`, "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
  const visit = async (path: string, init: RequestInit): Promise<VisitedPage> => {
    const response = await send(path, { redirect: "manual", headers, ...init });
    const html = await response.text();
    return {
      status: response.status,
      to: response.headers.get("Location"),
      html,
      text: visible(html),
    };
  };
  return {
    get: (path) => visit(path, {}),
    post: (path, fields = {}) =>
      visit(path, {
        method: "POST",
        body: fields instanceof FormData ? fields : new URLSearchParams(fields),
      }),
  };
}

/** Visits the pages of an app without a server, as one of the tests' users (`users`). */
export const visitor = ({ app }: TestApp, as: string): PageVisitor =>
  pageVisitor((path, init) => app.request(path, init), as);
