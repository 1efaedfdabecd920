import { createHash } from "node:crypto";
import type { ConfigOf } from "../config.ts";
import type { Sql } from "../db.ts";
import { ServiceError } from "../errors.ts";
import { openStore } from "../storage/open.ts";
import type { FileStore } from "../storage/store.ts";
import { asFarAsAllowed, bytes, type Finding, note, well, wrong } from "./finding.ts";
import { freeBytes } from "../storage/free_bytes.ts";

const LINK_SECONDS = 60;
const FETCH_MILLISECONDS = 10_000;
/** Of the disk. */
const LEAST_FREE = 0.1;
/** How many of the newest files are looked for. */
const FILES = 3;

/**
 * Looks at the storage by what is done with every file: writes one small object, looks at it, reads it,
 * follows a link to it, and removes it.
 */
export async function lookAtStorage(config: ConfigOf<"stack">): Promise<Finding[]> {
  const findings = config.S3_BUCKET ? [] : await lookAtFolder(config.STORAGE_DIR);
  const store = await openStore(config);
  const name = config.S3_BUCKET ? `the bucket ${config.S3_BUCKET}` : `the folder ${config.STORAGE_DIR}`;
  const mayLink = Boolean(config.S3_BUCKET || config.URL_SIGNING_SECRET);
  const done: string[] = [];
  try {
    // It gives up sooner than the others where nothing answers; a refusal of theirs tells more.
    await store.check().catch((error) => {
      if (!REFUSED.test(reasonOf(error))) throw error;
    });
    await useOneObject(store, mayLink, (step) => done.push(step));
    findings.push(well(`An object was ${done.join(", ")} in ${name}.`));
  } catch (error) {
    const next = STEPS[done.length + (done.length > 2 && !mayLink ? 1 : 0)];
    const before = done.length > 0 ? ` It was ${done.join(", ")} before.` : "";
    findings.push(
      wrong(
        `An object could not be ${next} in ${name}: ${reasonOf(error)}.${before}`,
        todoFor(error, config),
      ),
    );
  }
  return findings;
}

const REFUSED = /status 40[134]/;

const STEPS = ["written", "looked at", "read", "linked to", "removed"] as const;

async function useOneObject(
  store: FileStore,
  mayLink: boolean,
  did: (step: typeof STEPS[number]) => void,
): Promise<void> {
  const fileName = "doctor.txt";
  const key = `doctor/${crypto.randomUUID()}/${fileName}`;
  const content = new TextEncoder().encode(`deno task doctor ${crypto.randomUUID()}\n`);
  let isThere = true;
  try {
    const writer = await store.create({ key, fileName, contentType: "text/plain", isLean: true });
    try {
      await writer.write(content);
      await writer.finish();
    } catch (error) {
      await writer.abort();
      isThere = false;
      throw error;
    }
    did("written");
    const size = await store.size(key);
    if (size !== content.length) throw new Error(`${size ?? "no"} bytes are there of ${content.length}`);
    did("looked at");
    refuseOther(content, await collected(await store.read(key) ?? []));
    did("read");
    if (mayLink) {
      const { url } = await store.link({ key, fileName }, LINK_SECONDS);
      refuseOther(content, await follow(store, url));
      did("linked to");
    }
    await store.remove(key);
    isThere = false;
    if (await store.size(key) !== undefined) throw new Error("it is still there");
    did("removed");
  } finally {
    if (isThere) await store.remove(key).catch(() => {});
  }
}

/** What a link leads to: handed out by the store itself, or by another server. */
async function follow(store: FileStore, url: string): Promise<Uint8Array> {
  if (store.openLink) {
    const { file } = await store.openLink(url);
    return await collected(file?.stream() ?? []);
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MILLISECONDS) });
  const body = await response.bytes();
  if (!response.ok) throw new Error(`the link was answered with ${response.status}`);
  return body;
}

async function collected(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk.slice());
  return new Uint8Array(await new Blob(all as BlobPart[]).arrayBuffer());
}

function refuseOther(wanted: Uint8Array, found: Uint8Array): void {
  const digest = (of: Uint8Array) => createHash("sha256").update(of).digest("hex");
  if (digest(wanted) !== digest(found)) {
    throw new Error(`${found.length} bytes came back that are not the ${wanted.length} that were written`);
  }
}

/** What the storage said; neither its link nor its signature. */
function reasonOf(error: unknown): string {
  const { cause } = error as Error;
  const told = error instanceof ServiceError && cause instanceof Error ? cause : error as Error;
  return told.message.replaceAll(/https?:\/\/\S+/g, "…").replace(/[.\s]+$/, "");
}

function todoFor(error: unknown, config: ConfigOf<"stack">): string {
  if (!config.S3_BUCKET) {
    return "The user that APIs and workers run as must own the folder, and its disk must have room: see STORAGE_DIR.";
  }
  const reason = reasonOf(error);
  if (/InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|credential/i.test(reason)) {
    return "The credentials are wrong or have expired: see AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or the machine's role.";
  }
  if (/AccessDenied|Forbidden|status 403/.test(reason)) {
    return "The credentials may not do that: see whether they are those meant, and give them the rights of docs/operations.md.";
  }
  if (/NoSuchBucket|NotFound|status 404/.test(reason)) {
    return "There is no such bucket: see S3_BUCKET, AWS_REGION and AWS_ENDPOINT_URL.";
  }
  if (/RequestTimeTooSkewed/.test(reason)) {
    return "This machine's clock is wrong: let it follow a time server (NTP).";
  }
  if (/region/i.test(reason)) return "Set AWS_REGION.";
  return "See that AWS_ENDPOINT_URL and AWS_REGION are right and the storage can be reached from here.";
}

async function lookAtFolder(dir: string): Promise<Finding[]> {
  let info;
  try {
    info = await Deno.stat(dir);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      return [
        wrong(
          `The folder ${dir} cannot be looked at: ${(error as Error).message}.`,
          "See STORAGE_DIR and who owns it.",
        ),
      ];
    }
    return [note(
      `The folder ${dir} was not there; it is made when a process starts.`,
      "Where it is on a disk of its own, see that this is mounted.",
    )];
  }
  const findings: Finding[] = [];
  if (!info.isDirectory) {
    return [wrong(`${dir} is no folder.`, "Let STORAGE_DIR name one.")];
  }
  if (info.mode !== null && (info.mode & 0o077) !== 0) {
    findings.push(note(
      `The folder ${dir} is open to other users of this machine (mode ${
        (info.mode & 0o777).toString(8)
      }); its files are not.`,
      `chmod 700 ${dir}`,
    ));
  }
  const room = await freeBytes(dir);
  if (room) {
    const free = `The disk of the folder ${dir} has ${bytes(room.free)} free of ${bytes(room.size)}`;
    findings.push(
      room.free < room.size * LEAST_FREE
        ? wrong(`${free}.`, "Make room, give it more, or lower RETENTION_DAYS.")
        : well(`${free}.`),
    );
  }
  return findings;
}

/**
 * Looks whether the files that the database has are in this storage: an API and workers that are set to
 * different ones lose every file to each other.
 */
export async function lookForFiles(sql: Sql, config: ConfigOf<"stack">): Promise<Finding[]> {
  const store = await openStore(config);
  return await asFarAsAllowed("files", async () => {
    const files = await sql<{ id: string; key: string; bytes: string }[]>`
      SELECT file_generation_id AS id, stored_key AS key, size_bytes AS bytes FROM file_generation
      WHERE state = 'finished' AND removed_at IS NULL ORDER BY ended_at DESC LIMIT ${FILES}`;
    if (files.length === 0) return [well("No finished file is kept, so that none can be missing.")];
    const sizes = await Promise.all(files.map(({ key }) => store.size(key)));
    const absent = files.filter((_, at) => sizes[at] === undefined);
    const other = files.filter(({ bytes }, at) => sizes[at] !== undefined && sizes[at] !== Number(bytes));
    if (absent.length + other.length === 0) {
      return [well("The newest finished files are in this storage, whole.")];
    }
    return [wrong(
      `Of the newest ${files.length} finished files ${absent.length} ${
        absent.length === 1 ? "is" : "are"
      } not in this ` +
        `storage, and ${other.length} ${other.length === 1 ? "has" : "have"} another size (generations ${
          [...absent, ...other].map(({ id }) => id).join(", ")
        }).`,
      "See that APIs, workers and this command have the same S3_BUCKET and S3_PREFIX, or STORAGE_DIR on a folder that " +
        "they share, and that nothing else removes files; each is made anew when it is asked for.",
    )];
  });
}
