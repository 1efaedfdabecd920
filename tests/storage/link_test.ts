import assert from "node:assert/strict";
import fc from "fast-check";
import { ServiceError } from "../../lib/errors.ts";
import { signLink, verifyLink } from "../../lib/storage/link.ts";
import { tries } from "../helpers/properties.ts";

const SECRET = "a secret of more than thirty-two characters";
const KEY = "17/1/File-D1_20160101_20160331_awarding_1456000000.csv";
const NAME = KEY.split("/").at(-1)!;
const EXPIRES = new Date("2026-03-01T12:00:00Z");
const BEFORE = new Date("2026-03-01T11:59:59.999Z");

const sign = (publicUrl = "https://files.example.gov") =>
  signLink({ key: KEY, fileName: NAME }, EXPIRES, publicUrl, SECRET);

function refusalOf(url: string, { secret = SECRET, now = BEFORE } = {}): string | undefined {
  try {
    verifyLink(url, [secret], now);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    return error.code;
  }
}

Deno.test("a link tells its file, by its whole URL or by what follows the host", () => {
  for (const url of [sign(), sign("http://127.0.0.1:8000"), sign(""), `${sign()}#L1`]) {
    assert.deepEqual(verifyLink(url, [SECRET], BEFORE), { key: KEY, fileName: NAME });
  }
});

Deno.test("a link works until its second is over, and is refused by another secret", () => {
  assert.equal(refusalOf(sign(), { now: EXPIRES }), "link_expired");
  assert.equal(refusalOf(sign(), { now: BEFORE }), undefined);
  assert.equal(refusalOf(sign(), { secret: `${SECRET}.` }), "link_refused");
  // Whether it has expired is told only to who was given it.
  assert.equal(refusalOf(sign(), { secret: `${SECRET}.`, now: EXPIRES }), "link_refused");
});

Deno.test("while the secret is changed, links that either has signed are taken, and no others", () => {
  const link = (secret: string) => signLink({ key: KEY, fileName: NAME }, EXPIRES, "", secret);
  const [older, old, fresh] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [string, string, string];
  // First every API learns the new one, then they sign with it.
  for (const known of [[old, fresh], [fresh, old]]) {
    for (const secret of known) assert.equal(verifyLink(link(secret), known, BEFORE).key, KEY);
    assert.throws(() => verifyLink(link(older), known, BEFORE), { code: "link_refused" });
  }
  assert.throws(() => verifyLink(link(old), [fresh], BEFORE), { code: "link_refused" });
  assert.throws(() => verifyLink(link(old), [], BEFORE), { code: "link_refused" });
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

Deno.test("no change of a link is accepted", () => {
  const link = sign("");
  const piece = fc.constantFrom(
    ...["&expires=9999999999", "?expires=9999999999", "expires", "&signature=", "/../", "//", "%2e", ";"],
  );
  const change = fc.record({
    from: fc.nat(link.length),
    to: fc.nat(link.length),
    put: fc.oneof(piece, fc.string({ maxLength: 3 })),
    replaces: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const changed = changes.reduce((text, { from, to, put, replaces }) => {
        const [first, last] = [Math.min(from, to), Math.max(from, to)];
        return text.slice(0, first) + put + text.slice(replaces ? last : first);
      }, link);
      if (changed !== link && changed.split("#")[0] !== link) {
        assert.equal(refusalOf(changed), "link_refused");
      }
    }),
    tries(20_000),
  );
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
