import { createHash } from "node:crypto";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { forAnyone } from "../middleware/access.ts";
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
import ranges from "./ranges.js" with { type: "text" };
import reconcileStyle from "./reconcile.css" with { type: "text" };
import reconcile from "./reconcile.js" with { type: "text" };
import request from "./request.js" with { type: "text" };

/** The scripts of the pages, by name: each page names those that it needs, and works without. */
const SCRIPTS = {
  "agency.js": agency,
  "dictionary.js": dictionary,
  "docs.js": docs,
  "job.js": job,
  "ranges.js": ranges,
  "reconcile.js": reconcile,
  "request.js": request,
} as const;

/** The name of one of the scripts. */
export type ScriptName = keyof typeof SCRIPTS;

/** What the pages load: one style for all, an icon, and scripts. */
const ASSETS = {
  "page.css": [base, form, data, jobStyle, docsStyle, reconcileStyle].join("\n"),
  "icon.svg": icon,
  ...SCRIPTS,
} as const;

type AssetName = keyof typeof ASSETS;

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  svg: "image/svg+xml",
  js: "text/javascript",
};

const HASH_DIGITS = 12;
const hashOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
const hashes = new Map(Object.entries(ASSETS).map(([name, text]) => [name, hashOf(text)]));

/**
 * Where a page finds an asset: by what is in it, so that browsers need not ask whether it is still the same.
 */
export const assetAddress = (name: AssetName): string => `/${name}?${hashes.get(name)}`;

/** `GET /page.css` and what else the pages load. */
export function assets(): Hono {
  const app = new Hono();
  for (const [name, text] of Object.entries(ASSETS)) {
    const type = `${TYPES[name.split(".").at(-1)!]}; charset=utf-8`;
    app.get(`/${name}`, forAnyone, etag(), (c) => {
      // A page of another release asks for another text than this.
      const isAsked = new URL(c.req.url).search === `?${hashes.get(name)}`;
      return c.body(text, 200, {
        "Content-Type": type,
        "Cache-Control": isAsked ? "public, max-age=31536000, immutable" : "no-cache",
      });
    });
  }
  return app;
}
