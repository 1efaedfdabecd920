import { type Agency, listAgencies } from "../../lib/agencies.ts";
import { mayUseAgency } from "../../lib/auth/permissions.ts";
import type { User } from "../../lib/auth/user.ts";
import type { Sql } from "../../lib/db.ts";
import { lastAgenciesOf } from "../../lib/generations/last_agencies.ts";

/** The agencies that a visitor may choose from. */
export interface AgencyChoices {
  /**
   * Those that were asked for last first, then by code; FRECs that do not submit as such only where they are
   * one's own.
   */
  listed: readonly Agency[];
  /** How many of them were asked for last. */
  last: number;
  /** Every agency that exists, also those that one may not choose. */
  all: readonly Agency[];
}

const MOST_LAST = 3;

/** Reads what a visitor may choose from. */
export async function agencyChoices(sql: Sql, user: User): Promise<AgencyChoices> {
  const [all, lastCodes] = await Promise.all([
    listAgencies(sql),
    lastAgenciesOf(sql, { requestedBy: user.name, limit: MOST_LAST }),
  ]);
  const own = all.filter(({ code, submitsAsFrec }) =>
    mayUseAgency(user, code) &&
    (code.length === 3 || submitsAsFrec || user.affiliations.some(({ agencyCode }) => agencyCode === code))
  );
  const last = lastCodes.flatMap((code) => own.find((agency) => agency.code === code) ?? []);
  const others = own.filter((agency) => !last.includes(agency));
  return { listed: [...last, ...others], last: last.length, all };
}

/** An agency as it is shown and typed: `020 – Department of the Treasury (TREAS)`. */
export const agencyText = ({ code, name }: Agency): string => name ? `${code} – ${name}` : code;

/** The code of one's only agency, which is chosen already; empty where there are others. */
export const onlyAgency = ({ listed }: AgencyChoices): string => listed.length === 1 ? listed[0]!.code : "";

/** What a text means: one agency, several that it may mean, or none. */
export type FoundAgency = { agency: Agency } | { several: Agency[] } | undefined;

/**
 * The agency that a text means: its code, also without leading zeros, its abbreviation, its name, or any part
 * of them. What fits best counts: a code before an abbreviation, and that before a part of a name.
 */
export function findAgency(text: string, { listed, all }: AgencyChoices): FoundAgency {
  const typed = text.trim();
  const code = /^[0-9A-Z]{3,4}(?=$|\s)/i.exec(typed)?.[0].toUpperCase();
  const exact = all.find((agency) => agency.code === code);
  if (exact && (typed.length === code!.length || /^\d/.test(typed) || typed === agencyText(exact))) {
    return { agency: exact };
  }
  const padded = /^\d{1,2}$/.test(typed)
    ? listed.find((agency) => agency.code === typed.padStart(3, "0"))
    : undefined;
  if (padded) return { agency: padded };
  const wanted = folded(typed);
  if (wanted === "") return undefined;
  const ways: ((agency: Agency) => boolean)[] = [
    ({ name }) => abbreviationsOf(name).some((short) => folded(short) === wanted),
    ({ name }) => folded(name) === wanted || folded(withoutAbbreviation(name)) === wanted,
    (agency) => isPartOf(wanted, agency),
  ];
  for (const fits of ways) {
    const found = listed.filter(fits);
    if (found.length === 1) return { agency: found[0]! };
    if (found.length > 1) return { several: found };
  }
  return undefined;
}

/** Lower case, without accents and punctuation. */
const folded = (text: string | null): string =>
  (text ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

const withoutAbbreviation = (name: string | null): string => (name ?? "").replace(/\s*\([^()]*\)\s*$/, "");

/**
 * What stands in parentheses behind a name, and the initials of its words, with and without the small ones.
 */
function abbreviationsOf(name: string | null): string[] {
  const given = /\(([^()]+)\)\s*$/.exec(name ?? "")?.[1];
  const words = withoutAbbreviation(name).split(/[^\p{L}]+/u).filter(Boolean);
  const initials = (chosen: string[]) => chosen.length > 1 ? [chosen.map((word) => word[0]).join("")] : [];
  return [
    ...(given ? [given] : []),
    ...initials(words),
    ...initials(words.filter((word) => /^\p{Lu}/u.test(word))),
  ];
}

/**
 * Whether every word that was typed begins a word of the agency's, or is a part of it where it is long
 * enough.
 */
const isPartOf = (wanted: string, { code, name }: Agency): boolean => {
  const text = folded(`${code} ${name ?? ""}`);
  return wanted.split(" ").every((word) =>
    word.length < 3 ? ` ${text}`.includes(` ${word}`) : text.includes(word)
  );
};
