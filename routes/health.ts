import { Hono } from "hono";
import { forAnyone } from "./access.ts";

/** `GET /healthz`: this process answers. Says nothing about what it depends on. */
export const health = () => new Hono().get("/healthz", forAnyone, (c) => c.json({ status: "ok" }));
