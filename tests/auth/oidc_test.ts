import assert from "node:assert/strict";
import { createAuthenticator } from "../../lib/auth/authenticate.ts";
import { OidcIssuer, type OidcOptions, openOidcIssuer } from "../../lib/auth/oidc.ts";
import { setDisabled } from "../../lib/auth/users.ts";
import { issuerFailures } from "../../lib/metrics.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { AUDIENCE, goodClaims, type Issuer, newKey, sign, startIssuer } from "../helpers/issuer.ts";
import { until } from "../helpers/until.ts";

const signInAt = (db: TestDatabase, issuer: Issuer, options: Partial<OidcOptions> = {}) => {
  const authenticate = createAuthenticator({
    sql: db.sql,
    oidc: new OidcIssuer({
      issuer: issuer.url,
      audience: AUDIENCE,
      keysCooldownMilliseconds: 200,
      ...options,
    }),
  });
  return authenticate;
};

const refused = { code: "not_signed_in" };

Deno.test("an issuer's token signs its subject in, who is one user for good", async () => {
  await using db = await testDatabase();
  await using issuer = await startIssuer({ keys: [await newKey("one")], clients: { alice: {}, bob: {} } });
  const signIn = signInAt(db, issuer);
  const alice = await signIn(await issuer.token("alice"));
  assert.deepEqual(alice, {
    userId: alice.userId,
    name: `${issuer.url}#alice`,
    isAdministrator: false,
    affiliations: [],
  });
  assert.equal((await signIn(await issuer.token("alice"))).userId, alice.userId);
  assert.notEqual((await signIn(await issuer.token("bob"))).userId, alice.userId);
});

Deno.test("a subject's first twenty requests at once make one user", async () => {
  await using db = await testDatabase();
  await using issuer = await startIssuer({ keys: [await newKey("one")] });
  const signIn = signInAt(db, issuer);
  const token = await issuer.token("alice");
  const users = await Promise.all(Array.from({ length: 20 }, () => signIn(token)));
  assert.equal(new Set(users.map(({ userId }) => userId)).size, 1);
});

for (const alg of ["RS256", "PS384", "ES256", "EdDSA"]) {
  Deno.test(`a token signed by ${alg} is taken`, async () => {
    await using db = await testDatabase();
    await using issuer = await startIssuer({ keys: [await newKey("one", alg)] });
    await signInAt(db, issuer)(await issuer.token("alice"));
  });
}

Deno.test("without a claim for them, a user's agencies come from the affiliation table", async () => {
  await using db = await testDatabase();
  await using issuer = await startIssuer({
    keys: [await newKey("one")],
    clients: { alice: { agencies: ["097"] } },
  });
  const signIn = signInAt(db, issuer);
  const token = await issuer.token("alice");
  const { userId } = await signIn(token);
  await db
    .sql`INSERT INTO affiliation (app_user_id, agency_code, permission) VALUES (${userId}, '020', 'writer')`;
  assert.deepEqual((await signIn(token)).affiliations, [{ agencyCode: "020", permission: "writer" }]);
});

Deno.test("with a claim for them, a user's agencies come from the claim alone", async () => {
  await using db = await testDatabase();
  const claim = "https://files.example/agencies";
  await using issuer = await startIssuer({
    keys: [await newKey("one")],
    clients: {
      list: { [claim]: ["020:writer", "1601", "20", "097:owner", " 097", 97, null, ["097"], "097:reader:x"] },
      text: { [claim]: "020:fabs, 1601" },
      other: { [claim]: { "020": "reader" } },
      none: {},
    },
  });
  const signIn = signInAt(db, issuer, { agencyClaim: claim });
  const agencies = async (client: string) => (await signIn(await issuer.token(client))).affiliations;
  const { userId } = await signIn(await issuer.token("none"));
  await db
    .sql`INSERT INTO affiliation (app_user_id, agency_code, permission) VALUES (${userId}, '020', 'writer')`;
  assert.deepEqual(await agencies("list"), [
    { agencyCode: "020", permission: "writer" },
    { agencyCode: "1601", permission: "reader" },
  ]);
  assert.deepEqual(await agencies("text"), [
    { agencyCode: "020", permission: "fabs" },
    { agencyCode: "1601", permission: "reader" },
  ]);
  assert.deepEqual(await agencies("other"), []);
  assert.deepEqual(await agencies("none"), []);
});

Deno.test("a disabled user is refused although the issuer vouches for it", async () => {
  await using db = await testDatabase();
  await using issuer = await startIssuer({ keys: [await newKey("one")] });
  const signIn = signInAt(db, issuer);
  const token = await issuer.token("alice");
  const { userId } = await signIn(token);
  await setDisabled(db.sql, userId, true);
  await assert.rejects(signIn(token), refused);
});

Deno.test("whatever is wrong with a token, it is refused with the same answer", async (t) => {
  await using db = await testDatabase();
  const key = await newKey("one");
  await using issuer = await startIssuer({ keys: [key] });
  const signIn = signInAt(db, issuer);
  const good = goodClaims(issuer);
  const now = Math.floor(Date.now() / 1000);
  const without = (claim: string) =>
    Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim));
  const publicKey = await (await fetch(`${issuer.url}/jwks`)).json().then(({ keys }) => keys[0]);
  const genuine = await issuer.token("alice");
  const [header, payload, signature] = genuine.split(".") as [string, string, string];
  const encoded = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
  const unsigned = (header: Record<string, unknown>) => `${encoded(header)}.${encoded(good)}.`;
  const hmac = async (secret: string) => {
    const k = new TextEncoder().encode(secret).toBase64({ alphabet: "base64url", omitPadding: true });
    return await sign(good, { kty: "oct", k, alg: "HS256", kid: "one" });
  };
  const pem = async () => {
    const imported = await crypto.subtle.importKey(
      "jwk",
      publicKey,
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
      true,
      ["verify"],
    );
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", imported)).toBase64();
    return `-----BEGIN PUBLIC KEY-----\n${spki.replace(/(.{64})/g, "$1\n")}\n-----END PUBLIC KEY-----\n`;
  };
  const forger = await newKey("one");

  await signIn(genuine);
  await signIn(await sign(good, key));
  const bad: Record<string, string> = {
    "a forged signature": await sign(good, forger),
    "a forged signature with the forger's key inside": await sign(good, forger, {
      jwk: { kty: forger.kty, n: forger.n, e: forger.e },
    }),
    "a forged signature that names the forger's keys": await sign(good, forger, {
      jku: "http://127.0.0.1:1/jwks",
    }),
    "an altered payload": [
      header,
      encoded({ ...JSON.parse(atob(payload)), sub: "administrator" }),
      signature,
    ].join("."),
    "an altered header": [encoded({ alg: "RS256", kid: "one", typ: "JWT" }), payload, signature].join("."),
    "a cut signature": genuine.slice(0, -10),
    "no signature": `${header}.${payload}.`,
    "alg none": unsigned({ alg: "none", typ: "JWT" }),
    "alg None": unsigned({ alg: "None", typ: "JWT", kid: "one" }),
    "alg none with the genuine signature": `${encoded({ alg: "none" })}.${payload}.${signature}`,
    "HS256 with the public key's JWK as the secret": await hmac(JSON.stringify(publicKey)),
    "HS256 with the public key's PEM as the secret": await hmac(await pem()),
    "HS256 with the public modulus as the secret": await hmac(publicKey.n),
    "another algorithm than its key is for": await sign(good, { ...key, alg: "RS512" }),
    "an expiry two minutes ago": await sign({ ...good, exp: now - 120 }, key),
    "no expiry": await sign(without("exp"), key),
    "an expiry that is no number": await sign({ ...good, exp: "2999" as unknown as number }, key),
    "a not-before in two minutes": await sign({ ...good, nbf: now + 120 }, key),
    "another audience": await sign({ ...good, aud: "https://other.example" }, key),
    "another audience, as the issuer makes it": await issuer.token("alice", "https://other.example"),
    "no audience": await sign(without("aud"), key),
    "another issuer": await sign({ ...good, iss: "https://other.example" }, key),
    "the issuer with a slash": await sign({ ...good, iss: `${issuer.url}/` }, key),
    "no issuer": await sign(without("iss"), key),
    "no subject": await sign(without("sub"), key),
    "an empty subject": await sign({ ...good, sub: "" }, key),
    "a subject that is no text": await sign({ ...good, sub: 1 as unknown as string }, key),
    "a subject with a line break": await sign({ ...good, sub: "alice\nbob" }, key),
    "a subject of 256 characters": await sign({ ...good, sub: "a".repeat(256) }, key),
    "a logout token": await sign(good, key, { typ: "logout+jwt" }),
    "an unknown critical header": `${
      encoded({ alg: "RS256", kid: "one", crit: ["x"], x: 1 })
    }.${payload}.${signature}`,
    "no JSON inside": `${encoded("x")}.${encoded("y")}.${signature}`,
    "no base64 inside": "a.b.c",
  };
  for (const [what, token] of Object.entries(bad)) {
    await t.step(what, () => assert.rejects(signIn(token), refused));
  }
  const [users] = await db.sql`SELECT count(*)::int FROM app_user`;
  assert.equal(users!.count, 1);
});

Deno.test("a clock that differs by up to a minute does not matter", async () => {
  await using db = await testDatabase();
  const key = await newKey("one");
  await using issuer = await startIssuer({ keys: [key] });
  const now = Math.floor(Date.now() / 1000);
  await signInAt(db, issuer)(await sign({ ...goodClaims(issuer), nbf: now + 40, exp: now - 40 }, key));
});

Deno.test("a token that has expired since is taken for the moment that it was good at; its user may have been disabled", async () => {
  await using db = await testDatabase();
  const key = await newKey("one");
  await using issuer = await startIssuer({ keys: [key] });
  const signIn = signInAt(db, issuer);
  const now = Math.floor(Date.now() / 1000);
  const jwt = await sign({ ...goodClaims(issuer), nbf: now - 3600, exp: now - 1800 }, key);
  const begun = new Date((now - 2700) * 1000);
  await assert.rejects(signIn(jwt), refused);
  const { userId } = await signIn(jwt, begun);
  await setDisabled(db.sql, userId, true);
  await assert.rejects(signIn(jwt, begun), refused);
});

Deno.test("after a rotation the new key's tokens are taken, and the withdrawn key's are not", async () => {
  await using db = await testDatabase();
  const [one, two, three] = [await newKey("one"), await newKey("two"), await newKey("three", "ES256")];
  await using issuer = await startIssuer({ keys: [one] });
  const signIn = signInAt(db, issuer);
  await signIn(await issuer.token("alice"));

  await issuer.rotate([two, one]);
  await assert.rejects(signIn(await sign(goodClaims(issuer), three)), refused);
  const byTwo = await issuer.token("alice");
  await until("the key two is taken", () => signIn(byTwo).then(() => true, () => false));
  await signIn(await sign(goodClaims(issuer), one));

  await issuer.rotate([three]);
  const byThree = await issuer.token("alice");
  await until("the key three is taken", () => signIn(byThree).then(() => true, () => false));
  await assert.rejects(signIn(await sign(goodClaims(issuer), one)), refused);
  await assert.rejects(signIn(byTwo), refused);
});

Deno.test("where the keys cannot be had the answer is to try again, and API tokens go on working", async () => {
  await using db = await testDatabase();
  const key = await newKey("one");
  await using issuer = await startIssuer({ keys: [key] });
  const token = await issuer.token("alice");
  await issuer.stop();
  const signIn = signInAt(db, issuer);
  const failures = async () =>
    (await issuerFailures.get()).values.find(({ labels }) => labels.reason === "unreachable")!.value;
  const before = await failures();
  await assert.rejects(signIn(token), { code: "sign_in_unavailable", status: 503, retryable: true });
  assert.equal(await failures(), before + 1);
  await assert.rejects(signIn("detached_0"), refused);
  await issuer.rotate([key]);
  await signIn(token);
});

Deno.test("while the issuer is away its known keys are still good", async () => {
  await using db = await testDatabase();
  const key = await newKey("one");
  await using issuer = await startIssuer({ keys: [key] });
  const signIn = signInAt(db, issuer, { keysCooldownMilliseconds: 0 });
  const token = await issuer.token("alice");
  await signIn(token);
  await issuer.stop();
  await assert.rejects(signIn(await sign(goodClaims(issuer), await newKey("two"))), {
    code: "sign_in_unavailable",
  });
  await signIn(token);
});

Deno.test("unknown keys make the issuer's be fetched no more often than the cooldown", async () => {
  await using db = await testDatabase();
  const key = await newKey("one");
  await using issuer = await startIssuer({ keys: [key] });
  const signIn = signInAt(db, issuer, { keysCooldownMilliseconds: 60_000 });
  await signIn(await issuer.token("alice"));
  await issuer.stop();
  // Would be told apart by another code if it were asked.
  const unknown = await sign(goodClaims(issuer), await newKey("two"));
  for (let n = 0; n < 20; n++) await assert.rejects(signIn(unknown), refused);
});

Deno.test("an issuer that calls itself otherwise than the setting does is not asked for keys", async () => {
  await using db = await testDatabase();
  const key = await newKey("one");
  await using issuer = await startIssuer({ keys: [key] });
  const other = issuer.url.replace("127.0.0.1", "localhost");
  const authenticate = createAuthenticator({
    sql: db.sql,
    oidc: new OidcIssuer({ issuer: other, audience: AUDIENCE }),
  });
  const token = await sign({ ...goodClaims(issuer), iss: other }, key);
  await assert.rejects(authenticate(token), { code: "sign_in_unavailable" });
});

Deno.test("a JWT is no API token where no issuer is set", async () => {
  await using db = await testDatabase();
  const authenticate = createAuthenticator({ sql: db.sql });
  await assert.rejects(authenticate("a.b.c"), refused);
});

Deno.test("tokens of an issuer are taken where issuer and audience are set, and not otherwise", () => {
  assert.equal(openOidcIssuer({}), undefined);
  assert.ok(
    openOidcIssuer({ OIDC_ISSUER: "https://login.example", OIDC_AUDIENCE: "x" }) instanceof OidcIssuer,
  );
  assert.equal(openOidcIssuer({ OIDC_ISSUER: "https://login.example" }), undefined);
  assert.equal(openOidcIssuer({ OIDC_AUDIENCE: "x" }), undefined);
});
