import { z } from "zod";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import type { Identity } from "./oidc.ts";
import { Seal } from "./seal.ts";
import { type Affiliation, type Permission, PERMISSIONS } from "./user.ts";

/** Agencies by permission, which is much shorter than one by one. */
const contentSchema = z.object({
  issuer: z.string(),
  subject: z.string(),
  agencies: z.partialRecord(z.enum(PERMISSIONS), z.array(z.string())).optional(),
});

/** How long somebody stays signed in. */
export const SESSION_SECONDS = 8 * 3600;
/** The most that browsers keep in a cookie is 4096 bytes with its name. */
const MOST_CHARACTERS = 4000;

/** Sessions of those who have signed in at the issuer: who they are, sealed, for their browsers to keep. */
export class PageSessions {
  readonly #seal: Seal;

  /** @param purpose what they are void without */
  constructor(purpose: string, secrets: readonly string[]) {
    this.#seal = new Seal(`page session ${purpose}`, secrets, SESSION_SECONDS);
  }

  /** @throws {ServiceError} `sign_in_too_large` where somebody has too many agencies for a cookie */
  async begin({ issuer, subject, affiliations }: Identity): Promise<string> {
    const agencies = affiliations && byPermission(affiliations);
    const session = await this.#seal.close({ issuer, subject, ...(agencies && { agencies }) });
    if (session.length > MOST_CHARACTERS) {
      log("auth").error("the agencies of a user do not fit into a session", { characters: session.length });
      throw new ServiceError("sign_in_too_large");
    }
    return session;
  }

  /** Whose session it is; undefined where it has ended, or is none. */
  async identityOf(session: string): Promise<Identity | undefined> {
    const { data } = contentSchema.safeParse(await this.#seal.open(session));
    if (!data) return undefined;
    const { issuer, subject, agencies } = data;
    return { issuer, subject, affiliations: agencies && listed(agencies) };
  }
}

type Agencies = Partial<Record<Permission, string[]>>;

function byPermission(affiliations: readonly Affiliation[]): Agencies {
  const agencies: Agencies = {};
  for (const { agencyCode, permission } of affiliations) (agencies[permission] ??= []).push(agencyCode);
  return agencies;
}

const listed = (agencies: Agencies): Affiliation[] =>
  PERMISSIONS.flatMap((permission) =>
    (agencies[permission] ?? []).map((agencyCode) => ({ agencyCode, permission }))
  );
