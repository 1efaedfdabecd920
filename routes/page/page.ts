import { Hono } from "hono";
import { etag } from "hono/etag";
import { forAnyone } from "../access.ts";
import type { Dependencies } from "../dependencies.ts";
import { home } from "./home_page.tsx";
import { job } from "./job_page.tsx";
import css from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { requestFile } from "./request_page.ts";
import { signIn } from "./sign_in_page.tsx";

/** Kept by browsers, who ask each time whether it is still the same. */
const asked = (type: string) => ({ "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-cache" });

/** `GET /` and what belongs to it: the page for people who do not use curl. Works without script. */
export const page = (dependencies: Dependencies) =>
  new Hono()
    .get("/page.css", forAnyone, etag(), (c) => c.body(css, 200, asked("text/css")))
    .get("/page.js", forAnyone, etag(), (c) => c.body(script, 200, asked("text/javascript")))
    .route("/", home(dependencies))
    .route("/", signIn(dependencies))
    .route("/", requestFile(dependencies))
    .route("/", job(dependencies));
