import assert from "node:assert/strict";
import {
  mayCancelJob,
  maySeeJob,
  mayUseAgency,
  requireAgencyAccess,
  requireJobAccess,
} from "../../lib/auth/permissions.ts";
import { formatAffiliation, parseAffiliation, PERMISSIONS, type User } from "../../lib/auth/user.ts";

const user = (name: string, agencies: string[] = [], isAdministrator = false): User => ({
  userId: "1",
  name,
  isAdministrator,
  affiliations: agencies.map((agency) => parseAffiliation(agency)!),
});

const anyOf020: [string, User, [boolean, boolean, boolean]][] = PERMISSIONS.map((permission) => [
  `${permission} of the agency`,
  user("other", [`020:${permission}`]),
  [true, true, false],
]);

// Who, and whether that user may have files of agency 020 made, see owner's job of it, and cancel that job.
const table: [string, User, [boolean, boolean, boolean]][] = [
  ...anyOf020,
  ["a stranger", user("other"), [false, false, false]],
  ["a reader of another agency", user("other", ["097:reader"]), [false, false, false]],
  ["a reader of a FREC that begins like it", user("other", ["0201:submitter"]), [false, false, false]],
  ["somebody with several agencies", user("other", ["097:reader", "020:fabs"]), [true, true, false]],
  ["the owner, affiliated", user("owner", ["020:reader"]), [true, true, true]],
  ["the owner, no longer affiliated", user("owner"), [false, true, true]],
  ["somebody whose name differs in case", user("Owner"), [false, false, false]],
  ["an administrator", user("other", [], true), [true, true, true]],
];

for (const [who, user, [use, see, cancel]] of table) {
  const words = [use ? "uses" : "uses not", see ? "sees" : "sees not", cancel ? "cancels" : "cancels not"];
  Deno.test(`${who} ${words.join(", ")}`, () => {
    const job = { jobId: "7", requestedBy: "owner", agencyCode: "020" };
    assert.deepEqual([mayUseAgency(user, "020"), maySeeJob(user, job), mayCancelJob(user, job)], [
      use,
      see,
      cancel,
    ]);
    check(use, () => requireAgencyAccess(user, "020"), "You may not generate files of agency 020.");
    check(see, () => requireJobAccess(user, job), "You may not see job 7.");
    check(cancel, () => requireJobAccess(user, job, "cancel"), "You may not cancel job 7.");
  });
}

function check(allowed: boolean, require: () => void, message: string): void {
  if (allowed) require();
  else assert.throws(require, { code: "permission_denied", status: 403, message });
}

Deno.test("a CGAC opens no FREC that has the same beginning", () => {
  assert.equal(mayUseAgency(user("other", ["020"]), "0201"), false);
});

Deno.test("an affiliation is read as it is written", () => {
  for (const code of ["020", "1601", "4AB", "ABCD"]) {
    assert.deepEqual(parseAffiliation(code), { agencyCode: code, permission: "reader" });
    for (const permission of PERMISSIONS) {
      const affiliation = { agencyCode: code, permission };
      assert.deepEqual(parseAffiliation(formatAffiliation(affiliation)), affiliation);
    }
  }
});

Deno.test("what is no affiliation gives none", () => {
  const bad = [
    "",
    ":",
    "20",
    "02010",
    "020:",
    ":reader",
    "020:Reader",
    "020: reader",
    " 020",
    "020 ",
    "020\n",
  ];
  for (
    const text of [
      ...bad,
      "020:reader:fabs",
      "020:reader\n",
      "0a0",
      "020:toString",
      "020:__proto__",
      "*",
      "%",
    ]
  ) {
    assert.equal(parseAffiliation(text), undefined, JSON.stringify(text));
  }
});
