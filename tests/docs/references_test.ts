/** What documents and comments point at is there: other documents, their sections, files and folders. */
import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path";
import { projectFiles, projectText } from "../helpers/project_files.ts";

const files = await projectFiles();
const known = new Set(files);
const folders = new Set(files.flatMap((file) => parentsOf(file)));
const documents = files.filter((file) => file.endsWith(".md"));
const texts = files.filter((file) => /\.(ts|tsx|sql|md|json|yml|sh|py|conf|service)$|^\.ci\/run$/.test(file));

function parentsOf(file: string): string[] {
  const folder = dirname(file);
  return folder === "." ? [] : [folder, ...parentsOf(folder)];
}

/**
 * A document by the name that a text gives it: from the text's own folder, from the project's, or from
 * `docs/`.
 */
function documentNamed(name: string, from: string): string | undefined {
  return [join(dirname(from), name), name, join("docs", name)].map(normalize).find((path) => known.has(path));
}

/** A text without links to elsewhere. */
const withoutUrls = (text: string) =>
  text.replaceAll(/\[[^\]]*\]\(https?:[^)]*\)/g, "").replaceAll(/https?:\S+/g, "");

/** A text without what only its lines need: the signs that begin a comment's. */
const unwrapped = (text: string) => text.replaceAll(/\n[ \t]*(?:\*|\/\/|--|#)? ?/g, " ");

const headingsOf = async (document: string): Promise<string[]> =>
  [...(await projectText(document)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");

Deno.test("every document that code, SQL or another document cites is in the repository, with the section it names", async () => {
  const missing: string[] = [];
  for (const file of texts) {
    const text = withoutUrls(unwrapped(await projectText(file)));
    for (
      const [cited, name, section] of text.matchAll(
        /(?<![\w:/.])([\w.-][\w./-]*\.md)\b[`)\]]*(?:, "([^"]+)")?/g,
      )
    ) {
      const document = documentNamed(name!, file);
      if (!document) missing.push(`${file} cites ${name}`);
      else if (section && !(await headingsOf(document)).includes(section)) {
        missing.push(`${file} cites ${cited}, and ${document} has no such section`);
      }
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("every link between documents leads to a file that is there, and to a heading of it", async () => {
  const broken: string[] = [];
  for (const document of documents) {
    for (const [, target] of (await projectText(document)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [path, anchor] = target!.split("#");
      const file = path ? normalize(join(dirname(document), path)) : document;
      if (!known.has(file) && !folders.has(file.replace(/\/$/, ""))) broken.push(`${document}: ${target}`);
      else if (anchor && !(await headingsOf(file)).some((heading) => anchorOf(heading) === anchor)) {
        broken.push(`${document}: ${target} (no such heading)`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("every file and folder of the project that a document or a comment names is there", async () => {
  const roots = [...new Set(files.map((file) => file.split("/")[0]!))].filter((root) => folders.has(root));
  const absent: string[] = [];
  for (const file of texts) {
    for (const [, name] of unwrapped(await projectText(file)).matchAll(/`([^`\s]+)`/g)) {
      const path = name!.replace(/^\.\//, "").replace(/\/$/, "");
      const isPath = roots.some((root) => path.startsWith(`${root}/`));
      const isFile = /^[\w./-]+\.(ts|tsx|sql|tsv|md|wasm)$/.test(path);
      if (!isPath && !(isFile && file.endsWith(".md"))) continue;
      if (/[*{<…$]/.test(path) || known.has(path) || folders.has(path)) continue;
      // A document may name a file by the end of its path, where that says which one is meant.
      const ends = files.filter((one) => one.endsWith(`/${path}`));
      if (ends.length !== 1) {
        absent.push(`${file} names ${name}${ends.length > 1 ? ", of which there are several" : ""}`);
      }
    }
  }
  assert.deepEqual(absent, []);
});

Deno.test("no file has what a merge leaves where two changes meet", async () => {
  const found: string[] = [];
  for (const file of texts) if (/^(<{7}|>{7}) /m.test(await projectText(file))) found.push(file);
  assert.deepEqual(found, []);
});
