/** How grave it is to break a rule: an error stops the publication of a submission. */
export type Severity = "warning" | "error";

/** A rule that an upload is held to. */
export interface Rule {
  code: string;
  severity: Severity;
}

const warnings = (...codes: string[]): Rule[] => codes.map((code) => ({ code, severity: "warning" }));
const errors = (...codes: string[]): Rule[] => codes.map((code) => ({ code, severity: "error" }));

/** What names the records of an upload that could not be read, and that no rule has seen. */
export const READ = "READ";

/** The rules by file type, in the order of the differences file: what could not be read comes first. */
export const rulesOf: Readonly<Record<string, readonly Rule[]>> = {
  "C-DIFF": [
    ...errors(READ),
    ...warnings("C8", "C9", "C11", "C12", "C23.1", "C23.2", "C23.3", "C23.4"),
  ],
  "A-DIFF": [
    ...errors(READ),
    ...warnings("A33.1", "A33.2", "A33.3"),
    ...errors("A6", "A7", "A8", "A9", "A10", "A11", "A12", "A14", "A15", "A22", "A23", "A29", "A34"),
    ...errors("A2", "A3", "A4", "A24", "A1.1", "A32"),
  ],
};

/** How many findings there are by rule, those without one too. */
export type Findings = Record<string, number>;
