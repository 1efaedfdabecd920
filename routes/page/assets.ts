import { Hono } from "hono";
import { etag } from "hono/etag";
import { forAnyone } from "../access.ts";
import agency from "./agency.js" with { type: "text" };
import data from "./data.css" with { type: "text" };
import dictionary from "./dictionary.js" with { type: "text" };
import docsStyle from "./docs.css" with { type: "text" };
import docs from "./docs.js" with { type: "text" };
import form from "./form.css" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import jobStyle from "./job.css" with { type: "text" };
import job from "./job.js" with { type: "text" };
import base from "./page.css" with { type: "text" };
import reconcileStyle from "./reconcile.css" with { type: "text" };
import reconcile from "./reconcile.js" with { type: "text" };
import request from "./request.js" with { type: "text" };

/** The scripts of the pages, by name: each page names those that it needs, and works without. */
const SCRIPTS = {
  "agency.js": agency,
  "dictionary.js": dictionary,
  "docs.js": docs,
  "job.js": job,
  "reconcile.js": reconcile,
  "request.js": request,
} as const;

/** The name of one of the scripts. */
export type ScriptName = keyof typeof SCRIPTS;

const style = [base, form, data, jobStyle, docsStyle, reconcileStyle].join("\n");

/** What the pages load: one style for all, an icon, and scripts. */
export function assets(): Hono {
  const app = new Hono();
  const serve = (path: string, type: string, text: string) =>
    app.get(path, forAnyone, etag(), (c) =>
      c.body(text, 200, {
        "Content-Type": `${type}; charset=utf-8`,
        // Kept by browsers, who ask each time whether it is still the same.
        "Cache-Control": "no-cache",
      }));
  serve("/page.css", "text/css", style);
  serve("/icon.svg", "image/svg+xml", icon);
  for (const [name, text] of Object.entries(SCRIPTS)) serve(`/${name}`, "text/javascript", text);
  return app;
}
