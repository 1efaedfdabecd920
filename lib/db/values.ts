import pg from "pg";

/** What can be bound to a statement's parameters. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | Json
  | null
  | readonly Value[];

/** A value that is bound as JSON. */
export class Json {
  constructor(readonly value: unknown) {}
}

/** A value as Postgres reads it. @throws {TypeError} for what is no value, such as `undefined` */
export function valueText(value: Value): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${value.toHex()}`;
  if (value instanceof Json) return JSON.stringify(value.value);
  if (Array.isArray(value)) return arrayText(value);
  throw new TypeError(`A statement's parameter is ${typeof value}, which is no value`);
}

function arrayText(items: readonly Value[]): string {
  const texts = items.map((item) => {
    const text = valueText(item);
    if (text === null) return "NULL";
    return Array.isArray(item) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${texts.join(",")}}`;
}

type Parse = (text: string) => unknown;

const parseDate: Parse = (text) => new Date(text);
const parseBytes: Parse = (text) => Buffer.from(text.slice(2), "hex");
const isTrue: Parse = (text) => text === "t";

/** Types by their OIDs (`pg_type`), and those of their arrays; whatever is not here comes as text. */
const PARSED: readonly [oid: number, arrayOid: number, parse: Parse][] = [
  [16, 1000, isTrue], // boolean
  [17, 1001, parseBytes], // bytea
  [21, 1005, Number], // smallint
  [23, 1007, Number], // integer
  [26, 1028, Number], // oid
  [700, 1021, Number], // real
  [701, 1022, Number], // double precision
  [114, 199, JSON.parse], // json
  [3802, 3807, JSON.parse], // jsonb
  [1082, 1182, parseDate], // date
  [1114, 1115, parseDate], // timestamp
  [1184, 1185, parseDate], // timestamptz
];
/** Arrays of what comes as text: "char", name, bigint, text, varchar, numeric. */
const ARRAYS_OF_TEXT = [1002, 1003, 1016, 1009, 1015, 1231];

const asText: Parse = (text) => text;
const TEXT_ARRAY: number = 1009;
const parseTextArray: (text: string) => unknown[] = pg.types.getTypeParser(TEXT_ARRAY);

function arrayOf(parse: Parse): Parse {
  const parseItem = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(parseItem);
    return item === null ? null : parse(String(item));
  };
  return (text) => parseTextArray(text).map(parseItem);
}

/**
 * How the values of each type are read that do not come as text, by the type's OID: the same from both
 * drivers.
 */
export const PARSERS: ReadonlyMap<number, Parse> = new Map([
  ...PARSED.flatMap((
    [oid, arrayOid, parse],
  ): [number, Parse][] => [[oid, parse], [arrayOid, arrayOf(parse)]]),
  ...ARRAYS_OF_TEXT.map((oid): [number, Parse] => [oid, arrayOf(asText)]),
]);

/** Reads a value of the type with this OID. */
export const parserOf = (oid: number): Parse => PARSERS.get(oid) ?? asText;
