/**
 * The rules of File C once more, by loops over lists instead of SQL. Written from `docs/reconcile.md` alone;
 * it shares nothing with what it is compared with.
 */

import { type Decimal, decimal, plus, sumOf, written } from "./decimals.ts";

/** A row of File C as it is understood: trimmed, codes filled up; its number is its place in the file. */
export interface CRow {
  rowNumber: number;
  ata: string | null;
  aid: string | null;
  piid: string | null;
  parent: string | null;
  fain: string | null;
  uri: string | null;
  toa: string | null;
}

/** A contract transaction of File D1. */
export interface Contract {
  key: string;
  piid: string | null;
  parent: string | null;
  fao: string | null;
}

/** An assistance transaction of File D2. */
export interface Assistance {
  key: string;
  recordType: number | null;
  type: string | null;
  fain: string | null;
  uri: string | null;
  fao: string | null;
  olsc: string | null;
}

/** A finding: what a line of the differences file says besides the account and the explanation. */
export interface Finding {
  Rule: string;
  RowNumber?: number;
  PIID?: string | null;
  ParentAwardId?: string | null;
  FAIN?: string | null;
  URI?: string | null;
  Yours?: string | null;
  Treasury?: string | null;
  Difference: string | null;
  TransactionKey?: string;
}

const LOANS = ["07", "08", "F003", "F004"];
const isLoan = ({ type }: Assistance) => type !== null && LOANS.includes(type);
const same = (a: string | null, b: string | null) =>
  a !== null && b !== null && a.toUpperCase() === b.toUpperCase();
const sameOrNone = (a: string | null, b: string | null) => same(a, b) || (a === null && b === null);
const byFain = ({ recordType }: Assistance) => recordType === 2 || recordType === 3;
const byUri = ({ recordType }: Assistance) => recordType === 1;

/** What the rules find. */
export function modelFindings(rows: CRow[], contracts: Contract[], assistance: Assistance[]): Finding[] {
  const valued = rows.filter(({ toa }) => toa !== null);
  const own = valued.filter(({ ata, aid }) => ata === null || ata === aid);
  const found: Finding[] = [];

  for (const row of own) {
    const { rowNumber: RowNumber, piid, parent, fain, uri, toa } = row;
    const c8 = { Rule: "C8", RowNumber, FAIN: fain, URI: uri, Yours: toa, Difference: toa };
    if (fain !== null && !assistance.some((one) => byFain(one) && same(one.fain, fain))) found.push(c8);
    if (uri !== null && !assistance.some((one) => byUri(one) && same(one.uri, uri))) found.push(c8);
    const isThere = contracts.some((one) =>
      same(one.piid, piid) && (parent === null || same(one.parent, parent))
    );
    if (piid !== null && !isThere) {
      found.push({
        Rule: "C11",
        RowNumber,
        PIID: piid,
        ParentAwardId: parent,
        Yours: toa,
        Difference: toa,
      });
    }
  }

  for (const one of assistance) {
    const amount = isLoan(one) ? one.olsc : one.fao;
    const { units } = decimal(amount ?? "0");
    const isDue = one.type !== null && (isLoan(one) ? units > 0n : units !== 0n);
    const isMissing = byUri(one)
      ? one.uri !== null && !valued.some(({ uri }) => same(uri, one.uri))
      : byFain(one) && one.fain !== null && !valued.some(({ fain }) => same(fain, one.fain));
    if (isDue && isMissing) {
      const { key: TransactionKey, fain: FAIN, uri: URI, fao } = one;
      found.push({ Rule: "C9", FAIN, URI, Treasury: fao, Difference: fao, TransactionKey });
    }
  }

  for (const { key: TransactionKey, piid, parent, fao } of contracts) {
    if (piid === null || fao === null || decimal(fao).units === 0n) continue;
    if (valued.some((row) => same(row.piid, piid) && sameOrNone(row.parent, parent))) continue;
    found.push({
      Rule: "C12",
      PIID: piid,
      ParentAwardId: parent,
      Treasury: fao,
      Difference: fao,
      TransactionKey,
    });
  }

  const compare = (finding: Omit<Finding, "Difference">, yours: CRow[], treasury: Decimal): void => {
    const sum = sumOf(yours.map(({ toa }) => toa));
    const difference = plus(sum, treasury);
    if (difference.units === 0n) return;
    found.push({
      ...finding,
      Yours: written(sum),
      Treasury: written(treasury),
      Difference: written(difference),
    });
  };
  const upper = (values: (string | null)[]) =>
    new Set(values.flatMap((value) => value === null ? [] : [value.toUpperCase()]));

  for (const piid of upper(own.map((row) => row.piid))) {
    for (const parent of [null, ...upper(own.map((row) => row.parent))]) {
      const isOfIt = (one: { piid: string | null; parent: string | null }) =>
        same(one.piid, piid) && sameOrNone(one.parent, parent);
      const mine = own.filter(isOfIt), theirs = contracts.filter(isOfIt);
      if (mine.length === 0 || theirs.length === 0) continue;
      const which = parent === null
        ? { Rule: "C23.1", PIID: piid }
        : { Rule: "C23.2", PIID: piid, ParentAwardId: parent };
      compare(which, mine, sumOf(theirs.map(({ fao }) => fao)));
    }
  }
  const kinds = [["C23.3", "FAIN", "fain", byFain], ["C23.4", "URI", "uri", byUri]] as const;
  for (const [Rule, header, column, isOfKind] of kinds) {
    for (const award of upper(own.map((row) => row[column]))) {
      const mine = own.filter((row) => same(row[column], award));
      const theirs = assistance.filter((one) => isOfKind(one) && same(one[column], award));
      if (theirs.length === 0) continue;
      const obligations = sumOf(theirs.filter((one) => !isLoan(one)).map(({ fao }) => fao));
      const subsidies = sumOf(theirs.filter(isLoan).map(({ olsc }) => olsc));
      compare({ Rule, [header]: award }, mine, plus(obligations, subsidies));
    }
  }
  return found;
}
