/** Sums by the headers of the columns summed, each as Postgres prints it. */
export type Amounts = Record<string, string>;

/** What some of a file's records come to. */
export interface GroupTotals {
  records: number;
  amounts: Amounts;
}

/** The control totals of a file (`docs/files.md`, "Control totals"). */
export interface FileTotals extends GroupTotals {
  /** Distinct awards; in the files of accounts, distinct accounts. */
  distinctAwards: number;
  /** Records whose difference is not zero; null in files without one. */
  recordsThatDiffer: number | null;
  /**
   * By the month of the action date, `YYYY-MM`, those without a record left out; null where there is none.
   */
  byMonth: (GroupTotals & { month: string })[] | null;
  /** By sub-tier agency; null where a file has none. */
  bySubTier: (GroupTotals & SubTier)[] | null;
}

/** A sub-tier agency as a file names it. */
export interface SubTier {
  code: string | null;
  name: string | null;
}

/** Which columns of a file its totals are taken of: names of its query's columns. */
export interface TotalsDefinition {
  /** The columns that are summed up. */
  amounts: readonly string[];
  /** The columns that together name an award, or an account. */
  award: readonly string[];
  /** The day whose month it is. */
  day?: string;
  /** The sub-tier agency's code and name. */
  subTier?: { code: string; name: string };
  /** Of the amounts, the one that says whether a record differs. */
  difference?: string;
}
