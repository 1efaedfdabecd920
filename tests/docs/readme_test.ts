import assert from "node:assert/strict";
import deno from "../../deno.json" with { type: "json" };
import { type Setting, settings } from "../../lib/config.ts";

const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The rows of the table whose first heading is given, each cell as it stands. */
function tableOf(heading: string): string[][] {
  const lines = readme.split("\n");
  const head = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  assert.notEqual(head, -1, heading);
  const rest = lines.slice(head + 2);
  return rest.slice(0, rest.findIndex((line) => !line.startsWith("|")))
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

/** What stands in backticks, in order. */
const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

const SETTINGS = Object.keys(settings.shape) as Setting[];
const rows = tableOf("variable").map(([names, defaults, meaning]) => ({
  names: codeIn(names!) as Setting[],
  // What is in parentheses is no fixed value.
  defaults: codeIn(defaults!.replace(/\([^)]*\)/g, "")),
  meaning: meaning!,
}));

Deno.test("README's table of settings names every setting, once, and no other", () => {
  assert.deepEqual(rows.flatMap(({ names }) => names).sort(), [...SETTINGS].sort());
});

Deno.test("README's table of settings gives the defaults that hold", () => {
  for (const { names, defaults } of rows) {
    const real = names.map((name) => settings.shape[name].safeParse(undefined).data);
    assert.deepEqual(defaults, real.filter((value) => value !== undefined).map(String), names.join(", "));
  }
});

Deno.test("README's table of settings says how long a secret must be", () => {
  const accepts = (name: Setting, length: number) =>
    settings.shape[name].safeParse("x".repeat(length)).success;
  for (const { names, meaning } of rows) {
    const said = /(\d+) characters at least/.exec(meaning)?.[1];
    for (const name of names) {
      const least = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 64].find((length) => accepts(name, length));
      if (said === undefined) {
        assert.ok(least === undefined || least === 1, `${name} must have ${least} characters at least`);
      } else {
        assert.deepEqual([accepts(name, Number(said) - 1), accepts(name, Number(said))], [false, true], name);
      }
    }
  }
});

Deno.test("README's table of tasks has every task of deno.json, and no other", () => {
  const tasks = tableOf("task").map(([command]) => /^`deno task (\w+)/.exec(command!)?.[1]);
  assert.deepEqual(tasks.sort(), Object.keys(deno.tasks).sort());
});

Deno.test("every task has a description, which is all that `deno task` says of it", () => {
  for (const [name, { description }] of Object.entries(deno.tasks)) {
    assert.match(description, /^[A-Z].*[^.]\.$/, name);
  }
});
