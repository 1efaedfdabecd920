import { Hono } from "hono";
import type { Dependencies } from "../dependencies.ts";
import { formBody } from "../request_input.ts";
import { Layout } from "./layout.tsx";
import { returnPath } from "./return_path.ts";
import { forget, forVisitors, isVisitorKnown, signInWith } from "./visitor.ts";

/**
 * `GET /sign-in`, which leads back to the page that one came for; `POST /sign-in` with a token, and
 * `POST /sign-out`.
 */
export const signIn = (dependencies: Dependencies) =>
  new Hono()
    .get("/sign-in", forVisitors(dependencies), (c) => {
      const to = returnPath(c.req.query("to"));
      return isVisitorKnown(c) ? c.redirect(to, 303) : c.html(<SignIn to={to} />);
    })
    .post("/sign-in", forVisitors(dependencies), formBody, async (c) => {
      const { token, to: sent } = await c.req.parseBody();
      const to = returnPath(sent);
      const user = await signInWith(c, dependencies, typeof token === "string" ? token.trim() : "");
      if (user) return c.redirect(to, 303);
      const error = "This token is not valid, or not any more. Check that you have all of it.";
      return c.html(<SignIn error={error} to={to} />, 401);
    })
    .post("/sign-out", forVisitors(dependencies), formBody, (c) => {
      forget(c, dependencies);
      return c.redirect("/", 303);
    });

/** The page for whoever has not signed in. */
export function SignIn({ error, to }: {
  error?: string | undefined;
  /** Where it leads to, as `returnPath` gives it. */
  to: string;
}) {
  return (
    <Layout
      title={error ? "Error: sign in – DATA Act files" : "Sign in – DATA Act files"}
      visitor={undefined}
    >
      <h1>Sign in</h1>
      <p>
        {to === "/"
          ? "Make the files D1 (contracts), D2 (financial assistance), A (appropriation accounts) and BOC of your agency from Treasury's own data."
          : "Sign in to go on. You will then be back where you were, with what you had filled in."}
      </p>
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
            autofocus
            aria-describedby={error ? "token-hint token-error" : "token-hint"}
            {...(error && { "aria-invalid": "true" })}
          />
        </div>
        <button type="submit">Sign in</button>
      </form>
    </Layout>
  );
}
