/** What a user may do for an agency (`api.md`): reader < writer < submitter; editfabs < fabs. */
export const PERMISSIONS = ["reader", "writer", "submitter", "editfabs", "fabs"] as const;

/** One of `PERMISSIONS`. */
export type Permission = (typeof PERMISSIONS)[number];

/** That a user may do something for an agency. */
export interface Affiliation {
  /** A CGAC (3 characters) or a FREC (4). */
  agencyCode: string;
  permission: Permission;
}

/** Somebody who has signed in. */
export interface User {
  userId: string;
  /** Unique, and never changes. */
  name: string;
  /** A website administrator may do everything for every agency. */
  isAdministrator: boolean;
  affiliations: Affiliation[];
}

/**
 * Reads an affiliation as it is written on a command line and in a claim: `020:writer`, or `020` for a
 * reader.
 *
 * @returns undefined where it is not one
 */
export function parseAffiliation(text: string): Affiliation | undefined {
  const [, agencyCode, word = "reader"] = /^([0-9A-Z]{3,4})(?::(.*))?$/s.exec(text) ?? [];
  const permission = PERMISSIONS.find((known) => known === word);
  return agencyCode !== undefined && permission ? { agencyCode, permission } : undefined;
}

/** Writes an affiliation as `parseAffiliation` reads it. */
export const formatAffiliation = ({ agencyCode, permission }: Affiliation): string =>
  `${agencyCode}:${permission}`;
