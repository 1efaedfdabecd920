import { hkdfSync } from "node:crypto";
import { EncryptJWT, jwtDecrypt, type JWTPayload } from "jose";

const KEY_BYTES = 32;
const ENCRYPTION = "A256GCM";

/**
 * Seals what a browser keeps for us (as a JWE, RFC 7516): nobody else can read it, or make or change one; nor
 * is it taken for another purpose, or later.
 */
export class Seal {
  readonly #keys: readonly Uint8Array[];

  /**
   * @param purpose what it is for, and whatever it is void without
   * @param secrets the one that seals, then those that are still taken; keys are derived from them (HKDF,
   * RFC 5869), so that they may serve other purposes as well
   * @param seconds how long it is good for
   */
  constructor(purpose: string, secrets: readonly string[], readonly seconds: number) {
    this.#keys = secrets.map((secret) =>
      new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(), purpose, KEY_BYTES))
    );
  }

  /** Seals a content. Its length grows by a third, and some 150 characters. */
  async close(content: JWTPayload): Promise<string> {
    return await new EncryptJWT(content)
      .setProtectedHeader({ alg: "dir", enc: ENCRYPTION })
      .setExpirationTime(`${this.seconds} seconds`)
      .encrypt(this.#keys[0]!);
  }

  /** The content of what was sealed; undefined where it is too old, or none of ours. */
  async open(sealed: string): Promise<JWTPayload | undefined> {
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: [ENCRYPTION],
          requiredClaims: ["exp"],
        });
        return payload;
      } catch {
        // It may be sealed by the next one.
      }
    }
    return undefined;
  }
}

/** Whether a text has the form of something sealed; an API token and a JWT do not have it. */
export const isSealed = (text: string): boolean => /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
