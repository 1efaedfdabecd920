import { Random } from "./random.ts";

/**
 * What can befall a request: `error` is answered with 500, `slow_down` with 503 and `no_bucket` with 404, as
 * where the whole bucket is not there, all unseen by S3; `reset` cuts the connection while the request is
 * being sent; `lose_answer` lets S3 do it, then cuts the connection instead of answering; `stall` takes the
 * request and never answers; `stall_answer` lets S3 do it, and stops in the middle of the answer; `corrupt`
 * changes a byte of the body on its way to S3.
 */
export type Fault =
  | keyof typeof ERRORS
  | "reset"
  | "lose_answer"
  | "stall"
  | "stall_answer"
  | "corrupt";

const ERRORS = {
  error: [
    "500 Internal Server Error",
    "InternalError",
    "We encountered an internal error. Please try again.",
  ],
  slow_down: ["503 Slow Down", "SlowDown", "Please reduce your request rate."],
  no_bucket: ["404 Not Found", "NoSuchBucket", "The specified bucket does not exist"],
} as const;

/** A request to S3, as far as a test may care. */
export interface S3Request {
  /** Such as "UploadPart". */
  operation: string;
  /** Path and query. */
  target: string;
  /** How many requests of this operation came before it. */
  earlier: number;
}

/** Decides what befalls a request; it is held until then. */
export type FaultPlan = (request: S3Request) => Fault | undefined | Promise<Fault | undefined>;

/** A proxy before an S3 server that makes faults. */
export interface FaultyS3 extends AsyncDisposable {
  /** Takes the place of the server's own endpoint. */
  url: string;
  /** May be changed at any time. */
  plan: FaultPlan;
  /** All requests so far. */
  requests: (S3Request & { fault: Fault | undefined })[];
  /** The most bytes of bodies that were on their way, or waiting for an answer, at any one time. */
  peakBytes: number;
}

/**
 * Makes each fault with the given probability, the same ones whenever the same requests come in the same
 * order.
 */
export function randomFaults(seed: number, rates: Partial<Record<Fault, number>>): FaultPlan {
  const random = new Random(seed);
  return () => {
    let left = random.next();
    for (const [fault, rate] of Object.entries(rates)) {
      left -= rate;
      if (left < 0) return fault as Fault;
    }
    return undefined;
  };
}

/**
 * Starts a proxy on a free port of the loopback. One request a connection: it passes bytes on without reading
 * them.
 */
export function faultyS3(upstream: string): FaultyS3 {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const counts = new Map<string, number>();
  let bytes = 0;
  const serving = new Set<Promise<void>>();

  const proxy: FaultyS3 = {
    url: `http://127.0.0.1:${listener.addr.port}`,
    plan: () => undefined,
    requests: [],
    peakBytes: 0,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const conn of open) close(conn);
      await Promise.all(serving);
    },
  };

  async function serve(client: Deno.Conn): Promise<void> {
    const head = await readHead(client);
    if (!head) return;
    const operation = operationOf(head.method, head.target);
    const earlier = counts.get(operation) ?? 0;
    counts.set(operation, earlier + 1);
    const request = { operation, target: head.target, earlier };
    bytes += head.bodyBytes;
    proxy.peakBytes = Math.max(proxy.peakBytes, bytes);
    try {
      const fault = await proxy.plan(request);
      proxy.requests.push({ ...request, fault });
      await befall(fault, client, head);
    } finally {
      bytes -= head.bodyBytes;
    }
  }

  async function befall(fault: Fault | undefined, client: Deno.Conn, head: Head): Promise<void> {
    if (fault === "reset") return;
    if (fault === "stall") return await untilClosed(client);
    if (isError(fault)) {
      for await (const _ of bodyOf(client, head));
      return await answerError(client, head, fault);
    }
    const { hostname, port } = new URL(upstream);
    const server = await Deno.connect({ hostname, port: Number(port) });
    open.add(server);
    try {
      const answering = answerFrom(server, client, fault);
      answering.catch(() => {});
      await writeAll(server, head.raw);
      let place = 0;
      for await (const chunk of bodyOf(client, head)) {
        if (fault === "corrupt" && place === 0) chunk[0]! ^= 1;
        place += chunk.length;
        await writeAll(server, chunk);
      }
      await answering;
    } finally {
      open.delete(server);
      close(server);
    }
  }

  async function accept(): Promise<void> {
    for await (const client of listener) {
      open.add(client);
      // A connection that breaks off is what this is about.
      const done = serve(client).catch(() => {}).finally(() => {
        open.delete(client);
        close(client);
        serving.delete(done);
      });
      serving.add(done);
    }
  }
  const accepting = accept();
  return proxy;
}

interface Head {
  method: string;
  target: string;
  bodyBytes: number;
  /** What goes to the server: the head, which asks it to close the connection after its answer. */
  raw: Uint8Array;
  /** The beginning of the body, which came along with the head. */
  rest: Uint8Array;
}

async function readHead(conn: Deno.Conn): Promise<Head | undefined> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  let end = -1;
  while (end < 0) {
    const count = await conn.read(buffer);
    if (count === null) return undefined;
    // Latin-1: every byte is one character, and can be turned back.
    text += [...buffer.subarray(0, count)].map((byte) => String.fromCharCode(byte)).join("");
    end = text.indexOf("\r\n\r\n");
  }
  const lines = text.slice(0, end).split("\r\n");
  const [method = "", target = ""] = lines[0]!.split(" ");
  const length = lines.find((line) => /^content-length:/i.test(line))?.split(":")[1] ?? "0";
  const kept = lines.filter((line) => !/^connection:/i.test(line));
  return {
    method,
    target,
    bodyBytes: Number(length),
    raw: bytesOf([...kept, "Connection: close", "", ""].join("\r\n")),
    rest: bytesOf(text.slice(end + 4)),
  };
}

async function* bodyOf(conn: Deno.Conn, { rest, bodyBytes }: Head): AsyncGenerator<Uint8Array> {
  let left = bodyBytes - rest.length;
  if (rest.length > 0) yield rest;
  while (left > 0) {
    const buffer = new Uint8Array(Math.min(left, 262_144));
    const count = await conn.read(buffer);
    if (count === null) throw new Error("the client broke off");
    left -= count;
    yield buffer.subarray(0, count);
  }
}

/** Passes an answer on; the server closes its connection after it, and then so does the proxy. */
async function answerFrom(server: Deno.Conn, client: Deno.Conn, fault: Fault | undefined): Promise<void> {
  const buffer = new Uint8Array(262_144);
  for (let count; (count = await server.read(buffer)) !== null;) {
    // The server has done what it was asked, or it would not answer.
    if (fault === "lose_answer") return;
    if (fault === "stall_answer") {
      await writeAll(client, buffer.subarray(0, count - 1));
      return await untilClosed(client);
    }
    await writeAll(client, buffer.subarray(0, count));
  }
}

/** Reads on, only to notice when the client gives up. */
async function untilClosed(client: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  while (await client.read(buffer) !== null);
}

const isError = (fault: Fault | undefined): fault is keyof typeof ERRORS =>
  fault !== undefined && fault in ERRORS;

async function answerError(client: Deno.Conn, { method }: Head, fault: keyof typeof ERRORS): Promise<void> {
  const [status, code, message] = ERRORS[fault];
  const body = method === "HEAD"
    ? ""
    : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  await writeAll(
    client,
    bytesOf(
      `HTTP/1.1 ${status}\r\nContent-Type: application/xml\r\nContent-Length: ${body.length}\r\n` +
        `Connection: close\r\n\r\n${body}`,
    ),
  );
}

/** The name of the S3 operation that a request asks for. */
function operationOf(method: string, target: string): string {
  const { pathname, searchParams } = new URL(target, "http://s3");
  const onObject = pathname.split("/").filter((segment) => segment !== "").length > 1;
  const name = { GET: "Get", HEAD: "Head", PUT: "Put", POST: "Post", DELETE: "Delete" }[method] ?? method;
  if (!onObject) {
    if (searchParams.has("uploads")) return "ListMultipartUploads";
    return method === "GET" ? "ListObjects" : `${name}Bucket`;
  }
  if (searchParams.has("uploads")) return "CreateMultipartUpload";
  if (!searchParams.has("uploadId")) return `${name}Object`;
  return { PUT: "UploadPart", POST: "CompleteMultipartUpload", DELETE: "AbortMultipartUpload" }[method] ??
    "ListParts";
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await conn.write(bytes.subarray(done));
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}

const bytesOf = (latin1: string): Uint8Array =>
  Uint8Array.from(latin1, (character) => character.charCodeAt(0));

// As a process: deno run --allow-net=127.0.0.1 faulty_s3.ts http://127.0.0.1:PORT SEED '{"error": 0.01}'
// prints {"url": …}, takes new rates as lines of standard input, and ends with it.
if (import.meta.main) {
  const [upstream = "", seed = "1", rates = "{}"] = Deno.args;
  await using proxy = faultyS3(upstream);
  const setRates = (json: string, number: number) => {
    proxy.plan = randomFaults(Number(seed) + number, JSON.parse(json));
    proxy.requests.length = 0;
  };
  setRates(rates, 0);
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ url: proxy.url })}\n`));
  let number = 0;
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    for (const line of text.split("\n")) if (line.trim() !== "") setRates(line, ++number);
  }
}
