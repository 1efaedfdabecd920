import { EXIT } from "../process_error.ts";
import { version } from "../version.ts";
import { type Finding, type Part, PARTS } from "./finding.ts";

/** Everything that was found, by the part that was looked at. */
export type Found = Partial<Record<Part, Finding[]>>;

/** What the doctor ends with: what is wrong the nearest to the root decides. */
export function exitOf(found: Found): number {
  const isWrong = (part: Part) => found[part]?.some(({ health }) => health === "wrong") ?? false;
  if (isWrong("settings")) return EXIT.usage;
  if (isWrong("database")) return EXIT.database;
  return PARTS.some(isWrong) ? EXIT.refused : EXIT.done;
}

/** What was found, for people. */
export function reportText(found: Found): string {
  const sections = PARTS.filter((part) => found[part]).map((part) =>
    [part[0]!.toUpperCase() + part.slice(1), ...found[part]!.flatMap(linesOf)].join("\n")
  );
  const wrong = PARTS.flatMap((part) => found[part] ?? []).filter(({ health }) => health === "wrong").length;
  const sum = wrong === 0
    ? "Nothing is wrong."
    : `${wrong} ${wrong === 1 ? "thing is" : "things are"} wrong.`;
  return [...sections, sum].join("\n\n");
}

const SIGNS = { well: "  ok     ", note: "  note   ", wrong: "  WRONG  " };

const linesOf = ({ health, found, todo }: Finding): string[] => [
  SIGNS[health] + found,
  ...todo ? [" ".repeat(SIGNS[health].length) + `→ ${todo}`] : [],
];

/** The same for programs. */
export function reportJson(found: Found): string {
  const findings = PARTS.flatMap((part) => (found[part] ?? []).map((finding) => ({ part, ...finding })));
  return JSON.stringify({ version, exit_code: exitOf(found), findings }, undefined, 2);
}
