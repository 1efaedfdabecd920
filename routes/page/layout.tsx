import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { User } from "../../lib/auth/user.ts";
import { version } from "../../lib/version.ts";
import { assetAddress, type ScriptName } from "./assets.ts";
import { userName } from "./user_name.ts";

/** What a page may load and where its forms may go: to this very service, and nothing inline. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The pages that every page leads to, by their paths. */
const PLACES = {
  "/": "Ask for a file",
  "/my-files": "My files",
  "/reconcile": "Reconcile",
  "/dictionary": "Dictionary",
} as const;

/** One of the pages that every page leads to. */
export type Place = keyof typeof PLACES;

/** Every page's frame. */
export function Layout(
  { title, visitor, refresh, place, scripts = [], children }: {
    title: string;
    visitor: User | undefined;
    /** Seconds after which a browser without script asks again. */
    refresh?: number | undefined;
    /** Which of the pages in the head it is; absent where none of them. */
    place?: Place;
    /** The scripts that it needs. */
    scripts?: readonly ScriptName[];
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
          <meta name="description" content="DATA Act files D1, D2, A and BOC from Treasury's own data." />
          <title>{title}</title>
          <link rel="icon" href={assetAddress("icon.svg")} type="image/svg+xml" />
          <link rel="stylesheet" href={assetAddress("page.css")} />
          {scripts.map((name) => <script type="module" src={assetAddress(name)}></script>)}
          {refresh === undefined ? null : (
            <noscript>
              <meta http-equiv="refresh" content={String(refresh)} />
            </noscript>
          )}
        </head>
        <body>
          <a class="skip" href="#main">Skip to the content</a>
          <header>
            <div class="bar">
              <p class="name">
                <a href="/">DATA Act files</a>
              </p>
              {visitor && <Places place={place} />}
              {visitor && (
                <form method="post" action="/sign-out" class="who">
                  <span>{userName(visitor.name)}</span> <button type="submit" class="plain">Sign out</button>
                </form>
              )}
            </div>
          </header>
          <main id="main" tabindex={-1}>{children}</main>
          <footer>
            <p>
              Every column: <a href="/dictionary">the dictionary</a>. For programs:{" "}
              <a href="/docs">the API</a>. Release {version}.
            </p>
          </footer>
        </body>
      </html>
    </>
  );
}

function Places({ place }: { place: Place | undefined }) {
  return (
    <nav aria-label="Pages">
      <ul>
        {Object.entries(PLACES).map(([path, name]) => (
          <li>
            <a href={path} {...(path === place && { "aria-current": "page" })}>{name}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
