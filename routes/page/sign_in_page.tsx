import { Hono } from "hono";
import type { Dependencies } from "../dependencies.ts";
import { formBody } from "../request_input.ts";
import { Layout } from "./layout.tsx";
import { forget, forVisitors, signInWith } from "./visitor.ts";

/** `POST /sign-in` with a token, and `POST /sign-out`. */
export const signIn = (dependencies: Dependencies) =>
  new Hono()
    .post("/sign-in", forVisitors(dependencies), formBody, async (c) => {
      const { token } = await c.req.parseBody();
      const user = await signInWith(c, dependencies, typeof token === "string" ? token.trim() : "");
      if (user) return c.redirect("/", 303);
      const error = "This token is not valid, or not any more. Check that you have all of it.";
      return c.html(<SignIn error={error} />, 401);
    })
    .post("/sign-out", forVisitors(dependencies), formBody, (c) => {
      forget(c);
      return c.redirect("/", 303);
    });

/** The page for whoever has not signed in. */
export function SignIn({ error }: { error?: string | undefined }) {
  return (
    <Layout
      title={error ? "Error: sign in – DATA Act files" : "Sign in – DATA Act files"}
      visitor={undefined}
    >
      <h1>Sign in</h1>
      <p>
        Make the files D1 (contracts), D2 (financial assistance) and A (appropriation accounts) of your agency
        from Treasury's own data.
      </p>
      <form method="post" action="/sign-in">
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
