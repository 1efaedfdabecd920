/** What somebody does at an issuer's pages: signs in by a name, or declines to. */
export type AtIssuer = { name: string } | "declines";

const MOST_PAGES = 12;

/**
 * Goes through an issuer's pages as a browser does, without one.
 *
 * @param address where the service has led to
 * @returns the address on another site that the issuer leads back to
 */
export async function visitIssuer(address: string, who: AtIssuer): Promise<URL> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(address);
  let next: { url: string; form?: Record<string, string> } = { url: address };
  for (let i = 0; i < MOST_PAGES; i++) {
    const { url, form } = next;
    const response: Response = await fetch(url, {
      redirect: "manual",
      headers: { Cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      cookies.set(name!, value!);
    }
    const html = await response.text();
    const location = response.headers.get("Location");
    if (location !== null) {
      const led = new URL(location, url);
      if (led.origin !== origin) return led;
      next = { url: led.href };
      continue;
    }
    const [, prompt] = /name="prompt" value="(\w+)"/.exec(html) ?? [];
    if (prompt === undefined) throw new Error(`the issuer has no form for ${url}: ${html}`);
    next = who === "declines"
      ? { url: `${url}/abort` }
      : { url, form: { prompt, login: who.name, password: "any" } };
  }
  throw new Error("the issuer does not lead back");
}
