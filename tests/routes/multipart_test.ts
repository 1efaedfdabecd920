/** Forms as nobody should send them: whatever comes, it is read or refused, and soon. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ServiceError } from "../../lib/errors.ts";
import { readForm } from "../../routes/request/multipart.ts";
import { tries } from "../helpers/properties.ts";
import { within } from "../helpers/within.ts";

const CONTENT_TYPE = "multipart/form-data; boundary=b";
const FORM = [
  ...["kind", "cgac_code"].map((name) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${name}\r\n`
  ),
  `--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\na,b\r\n1,2\r\n`,
  "\r\n--b--\r\n",
].join("");

/** What may come of a form: its fields and how many bytes its file has, or why it is refused. */
async function read(bytes: Uint8Array, stretch: number, contentType = CONTENT_TYPE): Promise<unknown> {
  let file: number | undefined;
  async function* body() {
    for (let at = 0; at < bytes.length; at += stretch) yield bytes.slice(at, at + stretch);
  }
  try {
    const fields = await readForm({
      contentType,
      body: body(),
      maxFileBytes: 1000,
      onFile: async ({ content }) => {
        file = 0;
        for await (const some of content) file += some.length;
      },
    });
    return { ...fields, bytes: file };
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error));
    return error.code;
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("a form is the same, however it is cut", async () => {
  for (let stretch = 1; stretch <= FORM.length; stretch++) {
    assert.deepEqual(await read(bytesOf(FORM), stretch), { kind: "kind", cgac_code: "cgac_code", bytes: 10 });
  }
});

Deno.test("a form that is spoiled anywhere is read or refused, never waited for and never our fault", async () => {
  const odd = fc.oneof(
    fc.constantFrom(
      "\r\n",
      "--b",
      "--b--",
      "\r\n--b\r\n",
      '"',
      ";",
      "\0",
      ":",
      "=",
      "%ff",
      "charset=utf-16",
      "\n\n",
    ),
    fc.string({ maxLength: 4 }),
    fc.constant("x").map((letter) => letter.repeat(20_000)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.nat(FORM.length),
      fc.nat(40),
      odd,
      fc.integer({ min: 1, max: 90 }),
      async (at, count, text, stretch) => {
        const form = FORM.slice(0, at) + text + FORM.slice(at + count);
        await within(10, JSON.stringify(form.slice(0, 2000)), read(bytesOf(form), stretch));
      },
    ),
    tries(300),
  );
});

Deno.test("a form that ends anywhere but at its end is refused", async () => {
  for (let length = 0; length < FORM.lastIndexOf("--"); length++) {
    const found = await within(10, String(length), read(bytesOf(FORM.slice(0, length)), 50));
    assert.equal(found, "malformed_upload", String(length));
  }
});

Deno.test("content types that name no boundary, or an odd one, are refused or read", async () => {
  for (
    const [type, wanted] of [
      ["multipart/form-data", "malformed_upload"],
      ["multipart/form-data; boundary=", "malformed_upload"],
      ['multipart/form-data; boundary="b"', { kind: "kind", cgac_code: "cgac_code", bytes: 10 }],
      ["Multipart/Form-Data; charset=utf-8; BOUNDARY=b", { kind: "kind", cgac_code: "cgac_code", bytes: 10 }],
      [`multipart/form-data; boundary=${"b".repeat(300)}`, "malformed_upload"],
      ["multipart/form-data; boundary=b; boundary=c", undefined],
    ] as const
  ) {
    const found = await within(10, type, read(bytesOf(FORM), 30, type));
    if (wanted !== undefined) assert.deepEqual(found, wanted, type);
  }
});
