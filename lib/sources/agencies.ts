import type { Session } from "../db.ts";
import { filled } from "../load/cells/cell_text.ts";
import { code, required, yesOrNo } from "../load/cells/cell_values.ts";
import { type KnownColumn, loosely, matchHeader, recognisesRequired } from "../load/header/header.ts";
import { LoadError } from "../load/load_error.ts";
import { claim, onlyCsv } from "../load/merge/replace.ts";
import type { Source } from "../load/source.ts";
import { identifier } from "../load/table_columns.ts";
import { upsert } from "../load/merge/upsert.ts";
import { type RecordCells, ValueEncoder } from "../load/cells/value_encoder.ts";

const columns: KnownColumn[] = [
  { name: "cgac_code", headers: ["CGAC AGENCY CODE"], required: true },
  { name: "cgac_name", headers: ["AGENCY NAME"], required: true },
  { name: "cgac_abbreviation", headers: ["AGENCY ABBREVIATION"], required: true },
  { name: "frec_code", headers: ["FREC"], required: true },
  { name: "frec_name", headers: ["FREC Entity Description"], required: true },
  { name: "frec_abbreviation", headers: ["FREC ABBREVIATION"], required: true },
  { name: "decides", headers: ["FREC CGAC ASSOCIATION"], required: true },
  { name: "top_tier", headers: ["TOPTIER_FLAG"], required: true },
  { name: "is_frec", headers: ["IS_FREC"], required: true },
  { name: "icon_name", headers: ["ICON FILENAME"], required: false },
  ...[
    "SUBTIER CODE",
    "SUBTIER NAME",
    "SUBTIER ABBREVIATION",
    "Admin Org Name",
    "ADMIN_ORG",
    "USER SELECTABLE ON USASPENDING.GOV",
    "MISSION",
    "ABOUT AGENCY DATA",
    "WEBSITE",
    "CONGRESSIONAL JUSTIFICATION",
    "COMMENT",
  ].map((header) => ({ name: header, headers: [header], required: false })),
];

const EXTRA = {
  load_line: "bigint",
  cgac_code: "text",
  cgac_name: "text",
  frec_code: "text",
  frec_name: "text",
  decides: "boolean",
  top_tier: "boolean",
  is_frec: "boolean",
  icon_name: "text",
};

/**
 * The agency of assistance that is published by nobody who submits; the Broker adds it to whatever the list
 * holds.
 */
const ADDED = { code: "999", name: "Non-published FABS Vendor Agency (TFVA)" };

/**
 * Agency codes: the CGACs and FRECs that exist, and the CGAC each FREC belongs to. A file replaces both lists
 * as a whole; codes that stay keep their keys.
 */
export const agencies: Source = {
  name: "agencies",
  title: "a list of agency codes",
  tables: ["cgac", "frec"],
  repeat: "last",
  makesLists: true,
  mayBeEmpty: false,
  recognises: recognisesRequired(columns),
  prepare: () =>
    Promise.resolve({
      staging: { table: "cgac", columns: [], extra: EXTRA },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, loosely, { ignoreUnknown: ignoreUnknownColumns });
        return new ValueEncoder(Object.keys(EXTRA), found, (record) => [
          String(record.line),
          required(record, "cgac_code", agencyCode(record, "cgac_code", 3)),
          nameOf(record, "cgac"),
          agencyCode(record, "frec_code", 4),
          nameOf(record, "frec"),
          yesOrNo(record, "decides") ?? "f",
          yesOrNo(record, "top_tier") ?? "f",
          yesOrNo(record, "is_frec") ?? "f",
          filled(record.cell("icon_name")),
        ]);
      },
      async merge(session, staging, merged) {
        claim(merged, "the agency codes");
        onlyCsv(staging);
        await refuseUndecided(session, staging.name);
        await session.query(CGACS(staging.name));
        const cgacs = await upsert(session, {
          staging: "load_cgac",
          table: "cgac",
          key: "cgac_code",
          id: "cgac_id",
          columns: ["cgac_code", "agency_name", "icon_name"],
          removeOthers: true,
        });
        await session.query(FRECS(staging.name));
        await refuseEmptied(session, "load_frec", "frec", "FREC");
        const frecs = await upsert(session, {
          staging: "load_frec",
          table: "frec",
          key: "frec_code",
          id: "frec_id",
          columns: ["frec_code", "agency_name", "cgac_id", "icon_name", "is_frec"],
          removeOthers: true,
        });
        return {
          inserted: cgacs.inserted + frecs.inserted,
          updated: cgacs.updated + frecs.updated,
          removed: cgacs.removed + frecs.removed,
        };
      },
    }),
};

const agencyCode = (record: RecordCells, column: string, length: 3 | 4) =>
  code(record, column, length)?.toUpperCase() ?? null;

/** `Department of Justice (DOJ)` */
function nameOf(record: RecordCells, kind: "cgac" | "frec"): string | null {
  const name = filled(record.cell(`${kind}_name`)),
    abbreviation = filled(record.cell(`${kind}_abbreviation`));
  return name && abbreviation ? `${name} (${abbreviation})` : name;
}

// A FREC belongs to the CGAC of the row that is marked so; without a mark, to the only CGAC it comes with.
const DECIDED = (staging: string) =>
  `SELECT frec_code, cgac_code, load_row, load_line, decides FROM ${identifier(staging)} s
   WHERE frec_code IS NOT NULL
     AND (decides OR NOT EXISTS (SELECT FROM ${
    identifier(staging)
  } o WHERE o.frec_code = s.frec_code AND o.decides))`;

/** A list that has none of a kind of code is not a whole one. */
async function refuseEmptied(session: Session, list: string, table: string, kind: string): Promise<void> {
  const { rows: [emptied] } = await session.query<{ yes: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM ${list}) AND EXISTS (SELECT FROM ${table}) AS yes`,
  );
  if (!emptied!.yes) return;
  throw new LoadError(
    "bad_file",
    `The file has no ${kind}, and the database has some; wanted the whole list, which a load replaces. Nothing was changed.`,
  );
}

async function refuseUndecided(session: Session, staging: string): Promise<void> {
  const { rows } = await session.query<{ frec_code: string; decides: boolean; found: string }>(
    `SELECT frec_code, bool_or(decides) AS decides, string_agg(cgac_code || ' on line ' || line, ', ' ORDER BY line) AS found
     FROM (SELECT frec_code, cgac_code, bool_or(decides) AS decides, min(load_line) AS line
           FROM (${DECIDED(staging)}) decided GROUP BY 1, 2) candidates
     GROUP BY 1 HAVING count(*) > 1 ORDER BY 1`,
  );
  if (rows.length === 0) return;
  const sentences = rows.map(({ frec_code, decides, found }) =>
    `FREC ${frec_code} ${
      decides ? "is marked as belonging to" : "comes, without a mark, with"
    } several CGACs (${found}); ` +
    `wanted TRUE under FREC CGAC ASSOCIATION for exactly one.`
  );
  throw new LoadError("conflict", sentences.join("\n"));
}

const CGACS = (staging: string) =>
  `CREATE TEMP TABLE load_cgac ON COMMIT DROP AS
   SELECT min(load_row) AS load_row, cgac_code, (array_agg(cgac_name ORDER BY load_row))[1] AS agency_name,
     (array_agg(icon_name ORDER BY load_row) FILTER (WHERE top_tier AND NOT is_frec AND icon_name IS NOT NULL))[1] AS icon_name
   FROM ${identifier(staging)} GROUP BY cgac_code
   UNION ALL
   SELECT max(load_row) + 1, '${ADDED.code}', '${ADDED.name}', NULL
   FROM ${identifier(staging)} HAVING NOT bool_or(cgac_code = '${ADDED.code}')`;

const FRECS = (staging: string) =>
  `CREATE TEMP TABLE load_frec ON COMMIT DROP AS
   SELECT f.load_row, f.frec_code, f.agency_name, c.cgac_id, f.icon_name, f.is_frec
   FROM (SELECT min(load_row) AS load_row, frec_code, (array_agg(frec_name ORDER BY load_row))[1] AS agency_name,
           bool_or(is_frec) AS is_frec,
           (array_agg(icon_name ORDER BY load_row) FILTER (WHERE is_frec AND icon_name IS NOT NULL))[1] AS icon_name
         FROM ${identifier(staging)} WHERE frec_code IS NOT NULL GROUP BY frec_code) f
   JOIN (SELECT DISTINCT frec_code, cgac_code FROM (${DECIDED(staging)}) d) decided USING (frec_code)
   JOIN cgac c USING (cgac_code)`;
