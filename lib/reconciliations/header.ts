import { ServiceError } from "../errors.ts";
import { otherSeparator } from "../load/header/separator.ts";
import { listed, shownName } from "../load/shown.ts";
import type { UploadLayout } from "./layout.ts";

const same = (name: string) => name.trim().toLowerCase();

/**
 * Finds the columns of an upload in its header: in any order and letter case, by their long names and their
 * short ones where more than half of the header are long names, else by the short ones alone. Other columns
 * are passed over.
 *
 * @returns the index of each column, by its short name
 * @throws {ServiceError} `upload_malformed` where one is not there, or is there twice
 */
export function findColumns(
  { title, columns }: UploadLayout,
  header: readonly string[],
): Map<string, number> {
  const names = header.map(same);
  const longNames = new Map(columns.flatMap(({ name, headers }) => headers.map((one) => [same(one), name])));
  const isLong = names.filter((name) => longNames.has(name)).length * 2 > names.length;
  const known = new Map(columns.map(({ name }) => [name, name]));
  if (isLong) longNames.forEach((name, long) => known.set(long, name));

  const found = new Map<string, number>();
  const twice: string[] = [];
  names.forEach((name, index) => {
    const column = known.get(name);
    if (column === undefined) return;
    if (found.has(column)) twice.push(header[index]!.trim());
    else found.set(column, index);
  });
  const missing = columns.filter(({ name }) => !found.has(name)).map(({ name, headers }) =>
    isLong ? headers[0]! : name
  );
  const wrong = [
    ...missing.length === 0 ? [] : [`lacks ${listed(missing)}`],
    ...twice.length === 0 ? [] : [`has ${listed(twice)} twice`],
  ];
  if (wrong.length === 0) return found;
  const hints = found.size > 0 || header[0] === undefined ? [] : [
    `None of its columns is known; it begins with ${JSON.stringify(shownName(header[0]))}.`,
    otherSeparator(header, 'commas or "|"'),
  ];
  throw new ServiceError("upload_malformed", {
    why: [
      `The header of the file ${
        wrong.join(" and ")
      }; a ${title} must have each of its ${columns.length} columns once.`,
      ...hints.filter((hint) => hint !== null),
    ].join(" "),
  });
}
