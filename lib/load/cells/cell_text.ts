/** What a cell says, without the spaces around it; nothing or only spaces is `null`. */
export const filled = (cell: string | undefined): string | null => cell?.trim() || null;
