/**
 * The inner loop of `RecordEncoder` (`../csv.ts`), in AssemblyScript: TypeScript's syntax, WebAssembly's
 * types. It is compiled to `encode.wasm` beside it by `deno task encoder`, which CI repeats and compares.
 * JavaScript looks at one byte at a time where this looks at sixteen: a record takes less than half the time
 * (docs/performance.md).
 */

const NULL_LENGTH: u32 = 0xffff_ffff;
const QUOTE: u8 = 0x22;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const SPACE: u8 = 0x20;
const HYPHEN: u8 = 0x2d;
/** The last of "infinity". */
const LETTER_Y: u8 = 0x79;

/** Records encoded since the module was instantiated. */
export let rows: f64 = 0;

/**
 * Writes DataRow messages (Postgres' manual, "Message Formats") of values in the text form as CSV lines.
 *
 * @param from where the messages begin, and `end` where they end; 15 bytes behind it may be read
 * @param to where the lines are written: at most twice as many bytes as there are of messages, and 15 more
 * @param isDay a byte for each field: 1 where it is written as a day
 * @param fields how many fields each record must have
 * @param delimiter one ASCII character
 * @returns the end of the lines, or 0 where a message has other fields than that
 */
export function encode(from: usize, end: usize, to: usize, isDay: usize, fields: u32, delimiter: u8): usize {
  const delimiters = i8x16.splat(<i8>delimiter);
  while (from < end) {
    const messageEnd = from + 1 + bswap<u32>(load<u32>(from, 1));
    if (bswap<u16>(load<u16>(from, 5)) !== fields) return 0;
    from += 7;
    for (let field: u32 = 0; field < fields; field++) {
      const bigEndian = load<u32>(from);
      from += 4;
      if (bigEndian !== NULL_LENGTH) {
        const length = (bigEndian & 0x00ff_ffff) === 0 ? bigEndian >>> 24 : bswap<u32>(bigEndian);
        if (load<u8>(isDay + field)) {
          to = addDay(from, from + length, to);
        } else if (length - 1 < 16) {
          const bytes = v128.load(from);
          v128.store(to, bytes);
          const mustQuote = specials(bytes, delimiters) & ((1 << length) - 1);
          to = mustQuote ? addQuoted(from, from + length, to) : to + length;
        } else {
          to = addLong(from, length, to, delimiters);
        }
        from += length;
      }
      store<u8>(to++, delimiter);
    }
    if (from !== messageEnd) return 0;
    store<u8>(to - 1, LF);
    rows += 1;
  }
  return to;
}

/** A bit for each of sixteen bytes that makes its field quoted. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function specials(bytes: v128, delimiters: v128): u32 {
  return i8x16.bitmask(v128.or(
    v128.or(i8x16.eq(bytes, delimiters), i8x16.eq(bytes, i8x16.splat(QUOTE))),
    v128.or(i8x16.eq(bytes, i8x16.splat(LF)), i8x16.eq(bytes, i8x16.splat(CR))),
  ));
}

/** Writes a value of any length; the empty string, which is not NULL, as two quotes. */
function addLong(from: usize, length: usize, to: usize, delimiters: v128): usize {
  let found: u32 = length === 0 ? 1 : 0;
  let done: usize = 0;
  for (; done + 16 < length; done += 16) {
    const bytes = v128.load(from + done);
    v128.store(to + done, bytes);
    found |= specials(bytes, delimiters);
  }
  const bytes = v128.load(from + done);
  v128.store(to + done, bytes);
  found |= specials(bytes, delimiters) & ((1 << <u32>(length - done)) - 1);
  return found ? addQuoted(from, from + length, to) : to + length;
}

function addQuoted(from: usize, end: usize, to: usize): usize {
  store<u8>(to++, QUOTE);
  for (; from < end; from++) {
    const byte = load<u8>(from);
    store<u8>(to++, byte);
    if (byte === QUOTE) store<u8>(to++, QUOTE);
  }
  store<u8>(to++, QUOTE);
  return to;
}

/**
 * Writes a date or timestamp, which comes as `YYYY-MM-DD` (ISO 8601, whatever follows it), as `YYYYMMDD`: as
 * `to_char(…, 'YYYYMMDD')` does, for which infinity is NULL and years before Christ have no sign.
 */
function addDay(from: usize, end: usize, to: usize): usize {
  if (load<u8>(end - 1) === LETTER_Y) return to;
  for (; from < end; from++) {
    const byte = load<u8>(from);
    if (byte === SPACE) break;
    if (byte !== HYPHEN) store<u8>(to++, byte);
  }
  return to;
}
