/** The rules of docs/architecture.md, "Imports": which room may use which, and what a file may be. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectFiles, projectText } from "./helpers/project_files.ts";

const files = await projectFiles();
const modules = files.filter((file) => /^(main\.ts$|(routes|worker|lib)\/.*\.tsx?$)/.test(file));

/** What each module of the product imports: paths of the project, or the names of packages. */
const imports = new Map<string, string[]>();
for (const file of modules) {
  const text = await projectText(file);
  const from = text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  imports.set(
    file,
    [...from].map(([, a, b, c]) => a ?? b ?? c!)
      .map((specifier) => specifier.startsWith(".") ? join(dirname(file), specifier) : specifier),
  );
}

/** `importer → imported` wherever both fit. */
const arrows = (importer: RegExp, imported: RegExp): string[] =>
  [...imports].filter(([file]) => importer.test(file))
    .flatMap(([file, targets]) =>
      targets.filter((target) => imported.test(target)).map((to) => `${file} → ${to}`)
    );

Deno.test("every import of a file leads to a file that is there", () => {
  const known = new Set(files);
  const lost = [...imports].flatMap(([file, targets]) =>
    targets.filter((to) => /^(lib|routes|worker|sql|main\.ts)\b/.test(to) && !known.has(to)).map((to) =>
      `${file} → ${to}`
    )
  );
  assert.deepEqual(lost, []);
});

const forbidden: [rule: string, importer: RegExp, imported: RegExp][] = [
  ["lib uses neither the API nor the worker", /^lib\//, /^(main\.ts|routes\/|worker\/)/],
  ["the API and the worker know nothing of each other", /^(main\.ts|routes\/)/, /^worker\//],
  ["the worker and the API know nothing of each other", /^worker\//, /^(main\.ts|routes\/)/],
  ["the API's routes do not know the process that serves them", /^routes\//, /^main\.ts/],
  [
    "what routes have in common knows none of them",
    /^routes\/(middleware|request|response)\//,
    /^routes\/(?!(middleware|request|response)\/|(dependencies|operation|metrics)\.ts$)/,
  ],
  ["files know nothing of storage", /^lib\/files\//, /^lib\/storage\//],
  ["storage knows nothing of files", /^lib\/storage\//, /^lib\/files\//],
  ["files know nothing of the life of a generation", /^lib\/files\//, /^lib\/generations\//],
  ["how to load does not know what is loaded", /^lib\/load\//, /^lib\/sources\//],
  [
    "opening what is loaded knows nothing of what is in it",
    /^lib\/load\/input\//,
    /^lib\/load\/(header|cells|refusals|merge)\//,
  ],
  ["what is merged was looked at before", /^lib\/load\/merge\//, /^lib\/load\/(header|cells)\//],
  ["CSV knows neither sources nor loading", /^lib\/csv\//, /^lib\/(sources|load)\//],
  [
    "nothing in the product but the commands demo and start imports lib/dev",
    /^(?!lib\/dev\/|lib\/commands\/(demo|start|sample)\.ts)/,
    /^lib\/dev\//,
  ],
  ["the product imports no test", /./, /^tests\//],
  [
    "only the database's room opens connections",
    /^(?!lib\/db\.ts$|lib\/db\/)/,
    /^(npm:)?(pg|postgres|pg-pool)(@|$|\/)/,
  ],
];

for (const [rule, importer, imported] of forbidden) {
  Deno.test(`imports: ${rule}`, () => assert.deepEqual(arrows(importer, imported), []));
}

Deno.test("imports: no file imports itself by way of others", () => {
  const cycles = new Set<string>();
  const done = new Set<string>();
  const walk = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.add([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  assert.deepEqual([...cycles], []);
});

Deno.test("an index file only hands on what others export", async () => {
  for (const file of modules.filter((file) => /\/index\.tsx?$/.test(file))) {
    const code = (await projectText(file)).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const rest = code.replaceAll(/export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s+from\s+"[^"]+";/g, "").trim();
    assert.equal(rest, "", file);
  }
});

Deno.test("nothing that others wrote is kept in the tree", () => {
  assert.deepEqual(files.filter((file) => /(^|\/)(vendor|third_party)(\/|$)/.test(file)), []);
});

Deno.test("no file of code has more than 400 lines", async () => {
  const long: string[] = [];
  for (const file of files.filter((file) => /\.(tsx?|js|py|sh)$/.test(file))) {
    const lines = (await projectText(file)).split("\n").length - 1;
    if (lines > 400) long.push(`${file}: ${lines}`);
  }
  assert.deepEqual(long, []);
});
