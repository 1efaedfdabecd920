/** What each rule finds, in plain words (`docs/reconcile.md`), and what to do about it. */
export const RULE_WORDS: Readonly<Record<string, { finds: string; todo: string }>> = {
  READ: {
    finds: "Records of your file that could not be read",
    todo: "Mend these first: no rule has seen them.",
  },
  C8: {
    finds: "Awards of your File C (FAIN or URI) that D2 does not have",
    todo: "Look for a typing error, or for an award that FABS has under another day or agency, or not yet.",
  },
  C9: {
    finds: "Awards of D2 that your File C does not have",
    todo: "Obligate them in File C, or correct them in FABS.",
  },
  C11: {
    finds: "Contracts of your File C that D1 does not have",
    todo: "Look for a typing error in the PIID or its parent, or for a contract that is not in FPDS yet.",
  },
  C12: {
    finds: "Contracts of D1 that your File C does not have",
    todo: "Obligate them in File C under the same parent, or correct them in FPDS.",
  },
  "C23.1": {
    finds: "Contracts without a parent whose sums differ",
    todo: "Look for a modification in another period, or an amount with the wrong sign.",
  },
  "C23.2": {
    finds: "Contracts with a parent whose sums differ",
    todo: "Look for a modification in another period, or an amount with the wrong sign.",
  },
  "C23.3": {
    finds: "Awards found by FAIN whose sums differ",
    todo: "As for contracts; of loans compare the subsidy cost, not the face value.",
  },
  "C23.4": {
    finds: "Awards found by URI whose sums differ",
    todo: "As for contracts; of loans compare the subsidy cost, not the face value.",
  },
  "A33.1": {
    finds: "Accounts of SF-133 that your File A does not have",
    todo: "Add them, also with amounts of 0.",
  },
  "A33.2": {
    finds: "Accounts of your File A that SF-133 does not have",
    todo: "Look for a typing error, or for an account that was not reported to GTAS.",
  },
  "A33.3": {
    finds: "Accounts that were allocated to another agency",
    todo: "They belong in that agency's File A.",
  },
  A6: amount("Total budgetary resources", "1910"),
  A7: amount("Balance brought forward", "1000"),
  A8: amount("Appropriations", "1160, 1180, 1260 and 1280"),
  A9: amount("Contract authority", "1540 and 1640"),
  A10: amount("Borrowing authority", "1340 and 1440"),
  A11: amount("Spending authority from offsetting collections", "1750 and 1850"),
  A12: amount("Adjustments to the balance brought forward", "1010 to 1067"),
  A14: amount("Gross outlays", "3020"),
  A15: amount("Unobligated balance", "2490"),
  A22: amount("Obligations incurred", "2190"),
  A23: amount("Status of budgetary resources", "2500"),
  A29: amount("Deobligations, recoveries and refunds", "1021 and 1033"),
  A34: {
    finds: "Balance brought forward is not last year's unobligated balance (line 2490 of period 12)",
    todo: "Look for an adjustment since, or load last year's SF-133.",
  },
  A2: sum("Total budgetary resources are not the sum of their parts"),
  A3: sum("Other budgetary resources are not the sum of their parts"),
  A4: sum("The status of budgetary resources is not obligations and unobligated balance"),
  A24: sum("The status of budgetary resources is not their total"),
  "A1.1": {
    finds: "Accounts that CARS does not have, or that were not valid in the month",
    todo: "Correct the account, or have it opened.",
  },
  A32: { finds: "Accounts that your File A has more than once", todo: "Add the rows up." },
};

function amount(what: string, lines: string) {
  return {
    finds: `${what} differ${/s$/.test(what) ? "" : "s"} from SF-133, line${
      / /.test(lines) ? "s" : ""
    } ${lines}`,
    todo: "Compare with the GTAS trial balance of the same period.",
  };
}

function sum(finds: string) {
  return { finds, todo: "An amount of the row is wrong." };
}
