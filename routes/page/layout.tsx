import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { User } from "../../lib/auth/user.ts";
import { version } from "../../lib/version.ts";

/** What a page may load and where its forms may go: to this very service, and nothing inline. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Every page's frame. */
export function Layout(
  { title, visitor, refresh, children }: {
    title: string;
    visitor: User | undefined;
    /** Seconds after which a browser without script asks again. */
    refresh?: number | undefined;
    children: Child;
  },
) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{title}</title>
          <link rel="stylesheet" href="/page.css" />
          <script src="/page.js" defer></script>
          {refresh === undefined ? null : (
            <noscript>
              <meta http-equiv="refresh" content={String(refresh)} />
            </noscript>
          )}
        </head>
        <body>
          <a class="skip" href="#main">Skip to the content</a>
          <header>
            <p class="name">
              <a href="/">DATA Act files</a>
            </p>
            {visitor && (
              <form method="post" action="/sign-out" class="who">
                <span>{visitor.name}</span> <button type="submit" class="quiet">Sign out</button>
              </form>
            )}
          </header>
          <main id="main" tabindex={-1}>{children}</main>
          <footer>
            <p>
              For programs: <a href="/docs">the API</a>. Release {version}.
            </p>
          </footer>
        </body>
      </html>
    </>
  );
}
