import { hc } from "hono/client";
import type { Api } from "./app.ts";

/**
 * A client of the API whose requests and responses are typed (Hono's RPC client):
 * `await (await client.v1.generate_detached_file.$post({ json: { … } })).json()`.
 *
 * @param url where the API is, such as `http://localhost:8000`
 * @param token an API token
 */
export const createClient = (url: string, token: string) =>
  hc<Api>(url, { headers: { Authorization: `Bearer ${token}` } });
