import type { TestApp } from "./app.ts";
import { visible } from "./visible_text.ts";

/** Signs in at the page as one of the tests' users (`users`): what it then is given. */
export function visitor({ app }: TestApp, as: string) {
  const headers = { Cookie: `session=${as}`, "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
  const read = async (response: Response) => {
    const html = await response.text();
    return { status: response.status, to: response.headers.get("Location"), html, text: visible(html) };
  };
  return {
    get: async (path: string) => await read(await app.request(path, { headers })),
    post: async (path: string, fields: Record<string, string>) =>
      await read(await app.request(path, { method: "POST", headers, body: new URLSearchParams(fields) })),
  };
}
