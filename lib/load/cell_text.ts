/** What a cell says, without the spaces around it; nothing or only spaces is `null`. */
export const filled = (cell: string | undefined): string | null => cell?.trim() || null;

/** A code with its leading zeros, which spreadsheets take away; nothing is `null`. */
export const padded = (cell: string | undefined, length: number): string | null =>
  filled(cell)?.padStart(length, "0") ?? null;
