/**
 * File BOC once more, as plainly as its rules read and by other means than the service's SQL: what tests
 * compare it with. Amounts are decimal numbers as text; they are added up as whole numbers, never as floats.
 */
import { belongs, sum } from "./account_model.ts";

type Cell = string | null;
/** The account columns of both sides, and how people read the account. */
interface Account {
  display_tas: Cell;
  /** ATA, AID, first and last year, type, main and sub account. */
  account: Cell[];
}

export interface BocTables {
  submission: {
    submission_id: number;
    cgac_code: Cell;
    frec_code: Cell;
    reporting_fiscal_year: number;
    reporting_fiscal_period: number;
    publish_status_id: number | null;
  }[];
  tas_lookup: (Account & { fr_entity_type: Cell; financial_indicator2: Cell })[];
  file_b: (Account & {
    submission_id: number;
    row_number: number | null;
    object_class: Cell;
    by_direct_reimbursable_fun: Cell;
    disaster_emergency_fund_code: Cell;
    prior_year_adjustment: Cell;
    /** By column, such as `ussgl480100_undelivered_or_cpe`. */
    amounts: Record<string, Cell>;
  })[];
  gtas_boc: (Account & {
    fiscal_year: number;
    period: number;
    ussgl_number: Cell;
    dollar_amount: Cell;
    debit_credit: Cell;
    begin_end: Cell;
    reimbursable_flag: Cell;
    prior_year_adjustment_code: Cell;
    disaster_emergency_fund_code: Cell;
    budget_object_class: Cell;
  })[];
  /** The CGAC that each FREC belongs to. */
  frec: Record<string, string>;
}

// File B has two amounts of these at the end and at the beginning of the period; of the others only the
// first.
const BOTH = ["480100", "480200", "490100", "490800"];
const END_ALONE = [
  ...["480110", "483100", "483200", "487100", "487200", "488100", "488200"],
  ...["490110", "490200", "493100", "497100", "497200", "498100", "498200"],
];
const GTAS_BESIDES = ["480210", "497210"];

/** What a combination is told by, in the file's columns 1, 9, 10, 11, 12, 16 and 13. */
type Combination = [
  display: Cell,
  objectClass: Cell,
  flag: Cell,
  defc: Cell,
  pya: Cell,
  ussgl: Cell,
  end: Cell,
];
interface Side {
  combination: Combination;
  account: Cell[];
  amount: Cell;
  rows: (number | null)[];
}

const isFinancing = (account: BocTables["tas_lookup"][number]) =>
  account.financial_indicator2?.toUpperCase() === "F";

/** Groups by all that `by` gives. */
function grouped<Row>(rows: readonly Row[], by: (row: Row) => unknown): Row[][] {
  return [...Map.groupBy(rows, (row) => JSON.stringify(by(row))).values()];
}

const sumOf = (amounts: Cell[]): Cell => {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : sum(known);
};

function fileB(tables: BocTables, submissionId: number | undefined): Side[] {
  const joined = tables.file_b.filter((row) => row.submission_id === submissionId).flatMap((row) =>
    tables.tas_lookup
      .filter((account) =>
        row.display_tas !== null && account.display_tas?.toUpperCase() === row.display_tas.toUpperCase() &&
        !isFinancing(account)
      )
      .map(() => ({
        ...row,
        objectClass: row.object_class?.slice(0, 4).padEnd(4, "0") ?? null,
        pya: row.prior_year_adjustment?.toUpperCase() ?? "",
      }))
  );
  const keyOf = (row: typeof joined[number]) => [
    row.display_tas,
    row.account,
    row.disaster_emergency_fund_code,
    row.objectClass,
    row.by_direct_reimbursable_fun,
    row.pya,
  ];
  return grouped(joined, keyOf).flatMap((rows) => {
    const { display_tas, account, objectClass, by_direct_reimbursable_fun: flag, pya } = rows[0]!;
    const defc = rows[0]!.disaster_emergency_fund_code;
    if (objectClass === null || flag === null || defc === null) return [];
    return [...BOTH.map((ussgl) => [ussgl, "B"]), ...[...BOTH, ...END_ALONE].map((ussgl) => [ussgl, "E"])]
      .map(([ussgl, end]): Side => {
        const column = Object.keys(rows[0]!.amounts).find((name) =>
          name.startsWith(`ussgl${ussgl}_`) && name.endsWith(end === "E" ? "_cpe" : "_fyb")
        )!;
        return {
          combination: [display_tas, objectClass, flag, defc, pya, ussgl!, end!],
          account,
          amount: sumOf(rows.map((row) => row.amounts[column]!)),
          rows: rows.map((row) => row.row_number).sort((a, b) => (a ?? Infinity) - (b ?? Infinity)),
        };
      });
  });
}

function gtas(tables: BocTables, code: string, year: number, period: number): Side[] {
  const known = [...BOTH, ...END_ALONE, ...GTAS_BESIDES];
  const own = tables.gtas_boc.filter((row) =>
    row.fiscal_year === year && row.period === period && known.includes(row.ussgl_number ?? "") &&
    tables.tas_lookup.some((account) => {
      const [ata, aid] = account.account as [Cell, Cell];
      return row.display_tas !== null && account.display_tas === row.display_tas && !isFinancing(account) &&
        belongs(tables.frec, { ...account, ata, aid }, code);
    })
  );
  const combinationOf = (row: typeof own[number]): Combination => [
    row.display_tas,
    row.budget_object_class,
    row.reimbursable_flag,
    row.disaster_emergency_fund_code,
    row.prior_year_adjustment_code?.toUpperCase() ?? "",
    row.ussgl_number,
    row.begin_end,
  ];
  const negated = (amount: Cell) =>
    amount === null ? null : amount.startsWith("-") ? amount.slice(1) : `-${amount}`;
  return grouped(own, (row) => [row.account, combinationOf(row)]).map((rows) => ({
    combination: combinationOf(rows[0]!),
    account: rows[0]!.account,
    amount: sumOf(
      rows.map((row) => row.debit_credit === "D" ? row.dollar_amount : negated(row.dollar_amount)),
    ),
    rows: [],
  }));
}

const scaleOf = (amount: string) => amount.split(".")[1]?.length ?? 0;
const isZero = (amount: Cell) => amount === null || /^-?[0.]+$/.test(amount);

/** The records of a file BOC, each as its cells, in the promised order. */
export function bocRecords(tables: BocTables, code: string, year: number, period: number): Cell[][] {
  const submission =
    tables.submission.filter((row) =>
      (code.length === 3 ? row.cgac_code : row.frec_code) === code && row.reporting_fiscal_year === year &&
      row.reporting_fiscal_period === period && [2, 3].includes(row.publish_status_id ?? 0)
    ).toSorted((a, b) => b.submission_id - a.submission_id)[0];
  const left = fileB(tables, submission?.submission_id), right = gtas(tables, code, year, period);
  const matches = (a: Side, b: Side) =>
    a.combination.every((value, i) => value !== null && value === b.combination[i]);
  const pairs: [Side | null, Side | null][] = [
    ...left.flatMap((b): [Side, Side | null][] => {
      const found = right.filter((g) => matches(b, g));
      return found.length > 0 ? found.map((g) => [b, g]) : [[b, null]];
    }),
    ...right.filter((g) => !left.some((b) => matches(b, g))).map((g): [null, Side] => [null, g]),
  ];
  return pairs.filter(([b, g]) => !isZero(b?.amount ?? null) || !isZero(g?.amount ?? null)).map(
    ([b, g]): Cell[] => {
      const [display, objectClass, flag, defc, pya, ussgl, end] = (b ?? g)!.combination;
      const held = g?.amount ?? "0", published = b?.amount ?? "0";
      return [
        display,
        ...(b ?? g)!.account.map((part, i) => part ?? g?.account[i] ?? null),
        ...[objectClass, flag, defc, pya, end, String(year), String(period), ussgl, held, published],
        sum([held, published.startsWith("-") ? published.slice(1) : `-${published}`]),
        b && `{${b.rows.map((row) => row ?? "NULL").join(",")}}`,
      ];
    },
  ).toSorted(inOrder);
}

const ORDER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 12];

function inOrder(a: Cell[], b: Cell[]): number {
  for (const column of ORDER) {
    const [x, y] = [a[column]!, b[column]!];
    if (x !== y) return x === null ? 1 : y === null ? -1 : x < y ? -1 : 1;
  }
  for (const column of [16, 17]) {
    const [x, y] = [a[column]!, b[column]!];
    if (x !== y) return Number(x) - Number(y) || scaleOf(x) - scaleOf(y);
  }
  return 0;
}
