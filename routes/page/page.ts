import { Hono } from "hono";
import { forAnyone } from "../access.ts";
import type { Dependencies } from "../dependencies.ts";
import { home } from "./home_page.tsx";
import { job } from "./job_page.tsx";
import css from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { requestFile } from "./request_page.ts";
import { signIn } from "./sign_in_page.tsx";

/** `GET /` and what belongs to it: the page for people who do not use curl. Works without script. */
export const page = (dependencies: Dependencies) =>
  new Hono()
    .get("/page.css", forAnyone, (c) => c.body(css, 200, { "Content-Type": "text/css; charset=utf-8" }))
    .get(
      "/page.js",
      forAnyone,
      (c) => c.body(script, 200, { "Content-Type": "text/javascript; charset=utf-8" }),
    )
    .route("/", home(dependencies))
    .route("/", signIn(dependencies))
    .route("/", requestFile(dependencies))
    .route("/", job(dependencies));
