import type { Sql, Transaction } from "./db.ts";
import { ServiceError } from "./errors.ts";

/** An agency whose files can be asked for. */
export interface Agency {
  /** A CGAC (3 characters) or a FREC (4). */
  code: string;
  name: string | null;
  /** The CGAC that a FREC belongs to; null for a CGAC. */
  cgacCode: string | null;
  /** Whether it is a FREC that submits as such; of one that no list of agency codes tells of, it may be. */
  submitsAsFrec: boolean;
}

/** Every agency that exists: CGACs, then FRECs, each by code. */
export async function listAgencies(sql: Sql): Promise<Agency[]> {
  return await sql<Agency[]>`
    (SELECT cgac_code AS code, agency_name AS name, NULL AS "cgacCode", false AS "submitsAsFrec" FROM cgac ORDER BY 1)
    UNION ALL
    (SELECT frec_code, frec.agency_name, cgac_code, is_frec IS NOT FALSE FROM frec LEFT JOIN cgac USING (cgac_id) WHERE frec_code IS NOT NULL
    ORDER BY 1)`;
}

/** Whether a code is that of a CGAC or of a FREC. */
async function agencyExists(sql: Sql | Transaction, code: string): Promise<boolean> {
  const { count } = await sql`
    SELECT FROM cgac WHERE cgac_code = ${code} UNION ALL SELECT FROM frec WHERE frec_code = ${code}`;
  return count > 0;
}

/** @throws {ServiceError} `invalid_request` where the code is that of no agency */
export async function requireAgency(sql: Sql | Transaction, code: string): Promise<void> {
  if (await agencyExists(sql, code)) return;
  const field = code.length === 3 ? "cgac_code" : "frec_code";
  const message = `${field} is "${code}"; it must be the code of an agency that exists.`;
  throw new ServiceError("invalid_request", { issues: [{ field, message }] });
}
