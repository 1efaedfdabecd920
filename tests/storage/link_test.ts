import assert from "node:assert/strict";
import { ServiceError } from "../../lib/errors.ts";
import { signLink, verifyLink } from "../../lib/storage/link.ts";
import { seeded } from "../helpers/seeded.ts";

const SECRET = "a secret of more than thirty-two characters";
const KEY = "17/1/File-D1_20160101_20160331_awarding_1456000000.csv";
const NAME = KEY.split("/").at(-1)!;
const EXPIRES = new Date("2026-03-01T12:00:00Z");
const BEFORE = new Date("2026-03-01T11:59:59.999Z");

const sign = (publicUrl = "https://files.example.gov") =>
  signLink({ key: KEY, fileName: NAME }, EXPIRES, publicUrl, SECRET);

function refusalOf(url: string, { secret = SECRET, now = BEFORE } = {}): string | undefined {
  try {
    verifyLink(url, secret, now);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    return error.code;
  }
}

Deno.test("a link tells its file, by its whole URL or by what follows the host", () => {
  for (const url of [sign(), sign("http://127.0.0.1:8000"), sign(""), `${sign()}#L1`]) {
    assert.deepEqual(verifyLink(url, SECRET, BEFORE), { key: KEY, fileName: NAME });
  }
});

Deno.test("a link works until its second is over, and is refused by another secret", () => {
  assert.equal(refusalOf(sign(), { now: EXPIRES }), "link_expired");
  assert.equal(refusalOf(sign(), { now: BEFORE }), undefined);
  assert.equal(refusalOf(sign(), { secret: `${SECRET}.` }), "link_refused");
  // Whether it has expired is told only to who was given it.
  assert.equal(refusalOf(sign(), { secret: `${SECRET}.`, now: EXPIRES }), "link_refused");
});

Deno.test("no character of a link can be changed, dropped, doubled or moved", () => {
  const link = sign("");
  const characters = "aZ09-_./?&=%#+\\ \n\0é";
  for (let at = 0; at < link.length; at++) {
    const [before, here, after] = [link.slice(0, at), link[at]!, link.slice(at + 1)];
    const changed = [
      ...[...characters].filter((character) => character !== here).map((other) => before + other + after),
      ...[...characters].map((more) => before + more + here + after),
      before + after,
      before + here.toLowerCase() + after,
      before + here.toUpperCase() + after,
      before + `%${here.charCodeAt(0).toString(16)}` + after,
      before + (after[0] ?? "") + here + after.slice(1),
    ];
    for (const other of changed) {
      // Swapping two equal characters, or the case of a digit, changes nothing.
      if (other !== link) assert.equal(refusalOf(other), "link_refused", JSON.stringify(other));
    }
  }
});

Deno.test("no random change of a link is accepted", () => {
  const random = seeded(7);
  const pick = (limit: number) => Math.floor(random() * limit);
  const link = sign("");
  const pieces = [
    "&expires=9999999999",
    "?expires=9999999999",
    "expires",
    "&signature=",
    "/../",
    "//",
    "%2e",
    ";",
  ];
  for (let round = 0; round < 20_000; round++) {
    let changed = link;
    for (let change = pick(3); change >= 0; change--) {
      const [from, to] = [pick(changed.length + 1), pick(changed.length + 1)].sort((a, b) => a - b);
      const put = random() < 0.5
        ? pieces[pick(pieces.length)]!
        : String.fromCharCode(32 + pick(95)).repeat(pick(3));
      changed = changed.slice(0, from) + put + changed.slice(random() < 0.5 ? from : to);
    }
    if (changed !== link && changed.split("#")[0] !== link) {
      assert.equal(refusalOf(changed), "link_refused", JSON.stringify(changed));
    }
  }
});

Deno.test("links to different files, or until different seconds, have different signatures", () => {
  const signatures = new Set<string>();
  // Keys and times whose characters could run into one another.
  for (const key of ["1/a.csv", "11/a.csv", "1/1/a.csv", "1/11/a.csv", "1/1/1.csv", "1/1/1.txt"]) {
    for (const seconds of [1, 11, 111, 1111]) {
      const fileName = key.split("/").at(-1)!;
      const url = signLink({ key, fileName }, new Date(seconds * 1000), "", SECRET);
      signatures.add(new URL(url, "http://x").searchParams.get("signature")!);
    }
  }
  assert.equal(signatures.size, 24);
});

Deno.test("only a safe key that ends with the file's name is signed", () => {
  for (
    const [key, fileName] of [["1/1/a.csv", "b.csv"], ["a.csv", "a.csv"], ["../a.csv", "a.csv"], [
      "1/a b",
      "a b",
    ]]
  ) {
    assert.throws(() => signLink({ key: key!, fileName: fileName! }, EXPIRES, "", SECRET), TypeError);
  }
});
