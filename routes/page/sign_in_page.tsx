import type { Context } from "hono";
import { Hono } from "hono";
import type { Dependencies } from "../dependencies.ts";
import { formBody } from "../request/request_input.ts";
import { Layout } from "./layout.tsx";
import { returnPath } from "./return_path.ts";
import { forget, forVisitors, isProviderSession, isVisitorKnown, signInWith } from "./visitor.ts";

/** What stands on the page to sign in on. */
export interface SignInState {
  /** Where it leads to, as `returnPath` gives it. */
  to: string;
  /** What is wrong with the token that was sent. */
  error?: string | undefined;
  /** Why signing in at the provider did not work. */
  alert?: string | undefined;
  /** The response's status. */
  status?: number | undefined;
}

/**
 * `GET /sign-in`, which leads back to the page that one came for; `POST /sign-in` with a token, and
 * `POST /sign-out`.
 */
export const signIn = (dependencies: Dependencies) =>
  new Hono()
    .get("/sign-in", forVisitors(dependencies), (c) => {
      const to = returnPath(c.req.query("to"));
      return isVisitorKnown(c) ? c.redirect(to, 303) : signInPage(c, dependencies, { to });
    })
    .post("/sign-in", forVisitors(dependencies), formBody, async (c) => {
      const { token, to: sent } = await c.req.parseBody();
      const to = returnPath(sent);
      const user = await signInWith(c, dependencies, typeof token === "string" ? token.trim() : "");
      if (user) return c.redirect(to, 303);
      const error = "This token is not valid, or not any more. Check that you have all of it.";
      return signInPage(c, dependencies, { to, error, status: 401 });
    })
    .post("/sign-out", forVisitors(dependencies), formBody, (c) => {
      forget(c, dependencies);
      return c.redirect(isProviderSession(c) ? "/signed-out" : "/", 303);
    });

/** The page for whoever has not signed in. */
export function signInPage(
  c: Context,
  { provider, publicUrl = "" }: Dependencies,
  { to, error, alert, status = 200 }: SignInState,
): Response | Promise<Response> {
  const isWrong = error !== undefined || alert !== undefined;
  return c.html(
    <Layout
      title={isWrong ? "Error: sign in – DATA Act files" : "Sign in – DATA Act files"}
      visitor={undefined}
    >
      <h1>Sign in</h1>
      {alert && (
        <div class="alert error" role="alert">
          <p>{alert}</p>
        </div>
      )}
      <p>
        {to === "/"
          ? "Make the files D1 (contracts), D2 (financial assistance), A (appropriation accounts) and BOC of your agency from Treasury's own data."
          : "Sign in to go on. You will then be back where you were, with what you had filled in."}
      </p>
      {provider
        ? (
          <>
            <p class="buttons">
              {/* No form: a browser would then let the issuer lead on to nowhere but here (CSP, form-action). */}
              <a id="sign-in" class="button" href={`${publicUrl}/sign-in/provider${queryOf(to)}`}>Sign in</a>
            </p>
            <p class="hint">{`You are led to ${provider.host}, and back.`}</p>
            <details open={error !== undefined}>
              <summary>Use a token instead</summary>
              <TokenForm to={to} error={error} />
            </details>
          </>
        )
        : <TokenForm to={to} error={error} isAlone />}
    </Layout>,
    status as 200,
  );
}

const queryOf = (to: string): string => to === "/" ? "" : `?${new URLSearchParams({ to })}`;

function TokenForm({ to, error, isAlone = false }: {
  to: string;
  error: string | undefined;
  /** Whether there is no other way to sign in. */
  isAlone?: boolean;
}) {
  return (
    <form method="post" action="/sign-in">
      {to !== "/" && <input type="hidden" name="to" value={to} />}
      <div class={error ? "field wrong" : "field"}>
        <label for="token">API token</label>
        <p id="token-hint" class="hint">
          You have it from whoever runs this service. A token of your sign-in provider works too.
        </p>
        {error && <p id="token-error" class="error">{error}</p>}
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus={isAlone || error !== undefined}
          aria-describedby={error ? "token-hint token-error" : "token-hint"}
          {...(error && { "aria-invalid": "true" })}
        />
      </div>
      <button type="submit" class={isAlone ? undefined : "quiet"}>
        {isAlone ? "Sign in" : "Sign in with the token"}
      </button>
    </form>
  );
}
