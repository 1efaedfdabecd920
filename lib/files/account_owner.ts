import condition from "../../sql/files/account_owner.sql" with { type: "text" };
import type { RecordQuery } from "./file_type.ts";

/**
 * Whose account a treasury account is (`docs/files.md`, "Whose account it is").
 *
 * An account belongs to the asked agency when its allocation transfer agency (ATA) is one of `ata`; or, where it has no
 * ATA, when its agency identifier (AID) is one of `aid`, or its `fr_entity_type` is `frEntityType`. The rule that holds
 * for every CGAC besides (AID 011 with a FREC of that CGAC) and the condition itself stand in `sql/files/account_owner.sql`.
 */
export interface AccountOwner {
  ata: string[];
  aid: string[];
  frEntityType: string | null;
  /** An account (`display_tas`) that is left out although it would belong; accounts without one are left out too. */
  except: string | null;
  /** An account (`display_tas`) that belongs although it would not. */
  besides: string | null;
}

// asked:           ATA matches                      AID matches (ATA null)           fr_entity_type (ATA null)
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
export function accountOwner(code: string): AccountOwner {
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
 * A query over the accounts of an agency: the condition takes the place of the comment "belongs".
 *
 * @param text whose parameters $1 and $2 are `period`, a fiscal year and a period
 * @param code the asked agency
 */
export function ownedAccounts(text: string, period: [number, number], code: string): RecordQuery {
  const { ata, aid, frEntityType, except, besides } = accountOwner(code);
  return {
    text: text.replace("/*belongs*/", () => condition),
    values: [...period, code, ata, aid, frEntityType, except, besides],
  };
}
