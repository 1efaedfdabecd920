import assert from "node:assert/strict";
import { LoadReport } from "../../lib/commands/load_report.ts";

function report(terminal: boolean, columns?: number) {
  let written = "", now = 0;
  const shown = new LoadReport({
    isTerminal: () => terminal,
    columns: () => columns,
    writeSync(bytes) {
      written += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  }, () => now);
  return {
    at(seconds: number, rows: number, bytesRead: number, size: number | null = 1000) {
      now = seconds * 1000;
      shown.show({ phase: "reading", file: "f.csv", rows, bytesRead, size });
    },
    shown,
    written: () => written,
  };
}

Deno.test("on a terminal a bar shows the share, rows per second and the time left", () => {
  const { at, written, shown } = report(true);
  at(0, 0, 0);
  at(0.1, 5, 5);
  at(10, 20_000, 250);
  assert.equal(
    written().split("\r\x1b[K").at(-1),
    "f.csv █████░░░░░░░░░░░░░░░ 25 %, 20,000 rows, 2,000 rows/s, 30 s left",
  );
  at(20, 40_000, 10);
  assert.match(written(), /33 min 00 s left$/);
  assert.equal(written().split("\r").length - 1, 3, "drawn a few times a second at most");
  shown.show({ phase: "merging" });
  shown.clear();
  assert(written().endsWith("Merging the rows …\r\x1b[K"));
});

Deno.test("on a narrow terminal the line is cut, for its first row would stay there each time", () => {
  const { at, written } = report(true, 40);
  at(10, 20_000, 250);
  const [, line] = written().split("\r\x1b[K");
  assert.equal(line, "f.csv █████░░░░░░░░░░░░░░░ 25 %, 20,00…");
  assert.equal(line.length, 39);
});

Deno.test("elsewhere a plain line comes now and then, and standard input has no share", () => {
  const { at, written, shown } = report(false);
  for (let second = 0; second <= 25; second++) at(second, second * 100, second, null);
  shown.show({ phase: "merging" });
  shown.show({ phase: "merging" });
  shown.clear();
  assert.equal(
    written(),
    "f.csv: 1,000 rows, 100 rows/s\nf.csv: 2,000 rows, 100 rows/s\nMerging the rows …\n",
  );
});
