import type { FileRequest } from "../files/file_type.ts";

/**
 * What decides a file's bytes besides the data: equal requests have equal keys.
 *
 * @param circumstances what else does (`FileType.circumstances`)
 */
export const requestKey = (request: FileRequest, circumstances: unknown): string =>
  JSON.stringify([request, circumstances]);
