import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { ServiceError } from "../errors.ts";

/** What the server itself responds with, where a request never gets to the app. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** The headers that the app's responses have, as Hono's middleware says them. */
const SECURITY_HEADERS = Object.fromEntries(
  (await new Hono().use(secureHeaders()).get("/", (c) => c.body(null)).request("/")).headers,
);

/** An error as every other: JSON, with the headers that every response has, an ID of its own among them. */
export function refusal({ message, code, status }: ServiceError): Refusal {
  const body = new TextEncoder().encode(JSON.stringify({ message, code }));
  const headers = {
    ...SECURITY_HEADERS,
    "content-type": "application/json",
    "content-length": String(body.length),
    "cache-control": "no-store",
    "x-request-id": crypto.randomUUID(),
  };
  return { status, headers, body };
}
