import assert from "node:assert/strict";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { clientAddress, readNetworks } from "../../lib/http/client_address.ts";

const proxies = readNetworks(["10.0.0.0/8", "192.168.1.7", "fd00::/8", "::1"])!;

const cases: [
  what: string,
  peer: string | undefined,
  forwardedFor: string | undefined,
  from: string | undefined,
][] = [
  ["a connection from anywhere", "203.0.113.9", undefined, "203.0.113.9"],
  ["a header from somebody who is no proxy", "203.0.113.9", "1.2.3.4", "203.0.113.9"],
  ["one proxy", "10.1.2.3", "203.0.113.9", "203.0.113.9"],
  ["two proxies", "10.1.2.3", "203.0.113.9, 192.168.1.7", "203.0.113.9"],
  ["a header that was begun by the client", "10.1.2.3", "6.6.6.6, 10.9.9.9, 203.0.113.9", "203.0.113.9"],
  ["a proxy that is not believed in between", "10.1.2.3", "6.6.6.6, 192.168.1.8, 10.0.0.1", "192.168.1.8"],
  ["proxies alone", "10.1.2.3", "10.0.0.2, 10.0.0.1", "10.0.0.2"],
  ["a proxy without the header", "10.1.2.3", undefined, "10.1.2.3"],
  ["a proxy that names nobody", "10.1.2.3", "unknown", "10.1.2.3"],
  ["a proxy with an empty header", "10.1.2.3", "", "10.1.2.3"],
  ["words before the address", "10.1.2.3", "'; DROP TABLE audit_event; --, 203.0.113.9", "203.0.113.9"],
  ["words behind the address", "10.1.2.3", "203.0.113.9, \u0000", "10.1.2.3"],
  ["an address with its port", "10.1.2.3", "203.0.113.9:51234", "203.0.113.9"],
  ["IPv6 with its port", "::1", "[2001:db8::1]:443", "2001:db8::1"],
  ["IPv6 in brackets", "fd00::2", "[2001:db8::1]", "2001:db8::1"],
  ["IPv6 with its zone", "fe80::1%eth0", undefined, "fe80::1"],
  ["IPv4 on a socket of IPv6", "::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"],
  ["IPv4 in the clothes of IPv6", "10.1.2.3", "::FFFF:203.0.113.9", "203.0.113.9"],
  ["what is no address", "10.1.2.3", "999.1.1.1", "10.1.2.3"],
  ["no connection", undefined, "203.0.113.9", undefined],
];
for (const [what, peer, forwardedFor, from] of cases) {
  Deno.test(`a request comes from ${from ?? "nowhere"}: ${what}`, () => {
    assert.equal(clientAddress(peer, forwardedFor, proxies), from);
  });
}

Deno.test("without proxies to believe nobody is believed", () => {
  const nobody = readNetworks([])!;
  assert.equal(clientAddress("10.1.2.3", "203.0.113.9", nobody), "10.1.2.3");
  assert.equal(clientAddress("127.0.0.1", "203.0.113.9", nobody), "127.0.0.1");
});

Deno.test("a network that is none stops the process with a sentence", () => {
  const read = (value: string) =>
    readConfig("stack", (name) => name === "TRUSTED_PROXIES" ? value : undefined).TRUSTED_PROXIES;
  assert.ok(read("10.0.0.0/8, ::1,fd00::/8,0.0.0.0/0")!.check("10.2.3.4"));
  for (
    const wrong of [
      "localhost",
      "10.0.0.0/33",
      "::/129",
      "10.0.0/8",
      "10.0.0.1,",
      "10.0.0.0/",
      "*",
      "10.0.0.0/-1",
    ]
  ) {
    assert.throws(
      () => read(wrong),
      (error) => error instanceof ConfigError && /^TRUSTED_PROXIES must/.test(error.message),
    );
  }
});
