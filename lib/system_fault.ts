/** What the system says of a file or folder that it does not let be read or written, in words. */
const SENTENCES: Record<string, string> = {
  EACCES: "This user may not do that",
  EPERM: "This user may not do that",
  EROFS: "Nothing can be written there",
  ENOSPC: "The disk is full",
  EDQUOT: "The disk is full for this user",
  ENOTDIR: "There is a file where a folder should be",
  EISDIR: "There is a folder where a file should be",
};

/**
 * What is wrong with a file or folder, in one sentence for whoever has started a process.
 *
 * @returns undefined for any other error
 */
export function systemFault(error: unknown): string | undefined {
  const { code, message = "" } = (error ?? {}) as { code?: string; message?: string };
  const sentence = SENTENCES[code ?? ""];
  return sentence && `${sentence}: ${message.replace(/[.\s]+$/, "")}.`;
}
