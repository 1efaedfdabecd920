import { isInstalled } from "./installed.ts";
import { until } from "./until.ts";

/** Debian's (package chromium); where it is missing, tests that need it are ignored. */
const CHROMIUM = "/usr/bin/chromium";

/** A real browser with one page, driven through the Chrome DevTools Protocol, in a profile of its own. */
export interface Browser extends AsyncDisposable {
  /** Where downloads go, each under its own name. */
  downloads: string;
  /** Sends a command of the protocol to the page. */
  send<Result = Record<string, unknown>>(method: string, params?: Record<string, unknown>): Promise<Result>;
  /** Opens an address and waits until it has loaded. */
  open(url: string): Promise<void>;
  /** Evaluates an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true in whatever page there is by then. */
  expect(expression: string): Promise<void>;
  /** Types a text, or presses a key that has a name, where the focus is. */
  type(text: string): Promise<void>;
  press(key: "Tab" | "Enter" | "Space" | "ArrowDown" | "ArrowRight"): Promise<void>;
}

/**
 * Whether there is a browser to test with. Throws in CI where there is none: nobody looks at what is ignored
 * there.
 */
export function browserIsThere(): boolean {
  if (isInstalled(CHROMIUM)) return true;
  if (Deno.env.get("CI") === "true") throw new Error(`there is no ${CHROMIUM} to test the page with`);
  return false;
}

/** Starts the browser. */
export async function startBrowser(): Promise<Browser> {
  await using resources = new AsyncDisposableStack();
  const profile = await Deno.makeTempDir({ prefix: "detached-browser-" });
  resources.defer(() => Deno.remove(profile, { recursive: true }).catch(() => {}));
  const child = new Deno.Command(CHROMIUM, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${profile}`,
      "--remote-debugging-port=0",
      "about:blank",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  resources.defer(async () => {
    child.kill("SIGKILL");
    await child.status;
  });
  const port = await until("the browser listens", async () => {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    return text.split("\n")[0] || undefined;
  });
  const pages = await until("the browser has a page", async () => {
    const found = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    return found.some(({ type }: { type: string }) => type === "page") && found;
  });
  const socket = new WebSocket(
    pages.find(({ type }: { type: string }) => type === "page").webSocketDebuggerUrl,
  );
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  resources.defer(async () => {
    socket.close();
    await closed;
  });

  let last = 0;
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const waiting = open.get(id);
    if (!waiting) return;
    open.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result);
  };
  const send = <Result>(method: string, params: Record<string, unknown> = {}): Promise<Result> => {
    const response = Promise.withResolvers<unknown>();
    open.set(++last, response);
    socket.send(JSON.stringify({ id: last, method, params }));
    return response.promise as Promise<Result>;
  };
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await send<
      { result: { value: T }; exceptionDetails?: { text: string; exception?: { description?: string } } }
    >("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const expect = async (expression: string) => {
    // While a page gives way to the next there is nothing to evaluate in.
    await until(expression, () => evaluate<boolean>(expression).catch(() => false));
  };
  const downloads = `${profile}/downloads`;
  await Deno.mkdir(downloads);
  await send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: downloads });
  const keys = { Tab: 9, Enter: 13, Space: 32, ArrowDown: 40, ArrowRight: 39 };
  const owned = resources.move();
  return {
    downloads,
    send,
    evaluate,
    expect,
    async open(url) {
      await send("Page.navigate", { url });
      await expect(`document.readyState === "complete" && location.href !== "about:blank"`);
    },
    async type(text) {
      await send("Input.insertText", { text });
    },
    async press(key) {
      const text = key === "Enter" ? "\r" : key === "Space" ? " " : undefined;
      const name = key === "Space" ? " " : key;
      const event = { key: name, code: key, windowsVirtualKeyCode: keys[key], ...(text && { text }) };
      await send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", ...event });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
