import type { FileContents, RecordQuery } from "./file_type.ts";

/**
 * Whose account a treasury account is (`docs/files.md`, "Whose account it is").
 *
 * An account belongs to the asked agency when its allocation transfer agency (ATA) is one of `ata`; or, where
 * it has no ATA, when its agency identifier (AID) is one of `aid`, its `fr_entity_type` is `frEntityType`,
 * or, as for every CGAC, its AID is 011 and its entity a FREC of that CGAC.
 */
interface AccountOwner {
  ata: string[];
  aid: string[];
  frEntityType: string | null;
  /**
   * An account (`display_tas`) that is left out although it would belong; accounts without one are left out
   * too.
   */
  except: string | null;
  /** An account (`display_tas`) that belongs although it would not. */
  besides: string | null;
}

// asked:   ATA matches        AID matches (ATA null)      fr_entity_type (ATA null)
const owners: Record<string, [ata: string[], aid: string[], frEntityType: string | null]> = {
  "097": [["017", "021", "057", "097"], ["017", "021", "057", "097"], null],
  "020": [["020", "580", "373"], ["020", "580", "373"], null],
  "077": [["077", "071"], ["077", "071"], null],
  "089": [["089", "486"], ["089", "486"], null],
  "1601": [["1601", "016"], [], "1601"],
  "1125": [["1125", "011"], [], "1125"],
  "1100": [["1100", "256"], ["256"], "1100"],
};

/** The one account that moves: Treasury's 020-X-5688-000 is reported by Homeland Security. */
const MOVED_ACCOUNT = "020-X-5688-000";

/** @param code the asked agency: a CGAC (3 characters) or a FREC (4) */
function accountOwner(code: string): AccountOwner {
  const anyOther = code.length === 3 ? [[code], [code], null] as const : [[code], [], code] as const;
  const [ata, aid, frEntityType] = owners[code] ?? anyOther;
  return {
    ata: [...ata],
    aid: [...aid],
    frEntityType,
    except: code === "020" ? MOVED_ACCOUNT : null,
    besides: code === "070" ? MOVED_ACCOUNT : null,
  };
}

/**
 * The condition over "owner", which a query makes of whichever tables tell whose an account is; $3 is the
 * asked agency.
 */
const BELONGS = `AND (
  (
    (
      owner.ata = ANY ($4::text[])
      OR (
        owner.ata IS NULL
        AND (
          owner.aid = ANY ($5::text[])
          OR owner.fr_entity_type = $6
          OR (
            owner.aid = '011'
            AND owner.fr_entity_type IN (SELECT frec_code FROM frec JOIN cgac USING (cgac_id) WHERE cgac_code = $3)
          )
        )
      )
    )
    AND ($7::text IS NULL OR upper(owner.display_tas) <> $7)
  )
  OR upper(owner.display_tas) = $8
)`;

/**
 * The same query, of some accounts alone: each comment "among", with the column that names an account, stands
 * for the condition.
 */
const amongAccounts = ({ text, values }: RecordQuery, accounts: string[]): RecordQuery => ({
  text: text.replaceAll(
    /\/\*among ([\w.]+)\*\//g,
    (_, column) => `AND ${column} = ANY ($${values.length + 1}::text[])`,
  ),
  values: [...values, accounts],
});

/**
 * A query over the accounts of an agency.
 *
 * @param text has the relation `owner` (`ata`, `aid`, `fr_entity_type`, `display_tas`) and, where its
 * condition is to be, the comment "belongs"; $1 and $2 are the fiscal year and the period
 * @param code the asked agency
 */
export function ownedAccounts(
  text: string,
  period: [year: number, period: number],
  code: string,
): RecordQuery {
  const { ata, aid, frEntityType, except, besides } = accountOwner(code);
  return {
    text: text.replace("/*belongs*/", () => BELONGS),
    values: [...period, code, ata, aid, frEntityType, except, besides],
  };
}

/**
 * The records of an agency's accounts in a period, all of them and those of some accounts alone.
 *
 * @param text the file's query, as `ownedAccounts` takes one, with the comments "among"
 * @param firstText one of the accounts that the file begins with, in its order
 */
export function recordsOfAccounts(
  text: string,
  firstText: string,
  { year, period, agency_code }: { year: number; period: number; agency_code: string },
): Pick<FileContents, "query" | "first"> {
  const query = ownedAccounts(text, [year, period], agency_code);
  return {
    query,
    first: {
      places: ownedAccounts(firstText, [year, period], agency_code),
      among: (accounts) => amongAccounts(query, accounts),
    },
  };
}
