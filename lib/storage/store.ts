/** What a link to a stored file needs to know of it. */
export interface LinkedFile {
  /** The key it was stored under. */
  key: string;
  /** The name it is saved under by whoever follows the link. */
  fileName: string;
}

/** A link that hands out one file to whoever holds it, until it expires. */
export interface SignedLink {
  url: string;
  /** When it stops working: the earliest of all reasons. */
  expiresAt: Date;
}

/** What is wanted of a file that is about to be stored. */
export interface NewFile {
  key: string;
  fileName: string;
  contentType: string;
  /**
   * Told the ID of a multipart upload before its first part is sent, and awaited, so that what a dead worker
   * left behind can be found. Stores without uploads never call it.
   */
  onUpload?: (uploadId: string) => Promise<void>;
  /**
   * Whether to hold as little in memory as can be, which takes longer: for those of whom there may be many.
   */
  isLean?: boolean;
  /**
   * Breaks off what is under way, at once; `write` and `finish` then throw its reason. `abort` is still to be
   * called.
   */
  signal?: AbortSignal | undefined;
}

/**
 * A file being stored. Exactly one of `finish` and `abort` ends it; nothing can be seen under the key before
 * `finish`.
 */
export interface FileWriter {
  /**
   * Takes bytes, and resolves when it is ready for more, which bounds the memory in use; from then on the
   * caller may use their buffer again.
   *
   * @throws {ServiceError} `storage_unavailable`
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the file whole, durable and visible under its key; resolves only after the store has confirmed its
   * size.
   *
   * @throws {ServiceError} `storage_unavailable`; then `abort` is still to be called, which also removes what
   * may have become visible after all
   */
  finish(): Promise<void>;
  /**
   * Aborts: removes what was stored. Never throws: what it could not remove is logged and left to the sweep.
   */
  abort(): Promise<void>;
}

/** Bytes of a file, both ends in. */
export interface ByteRange {
  first: number;
  last: number;
}

/** A finished file, ready to be read. The stream closes it; `close` is for whoever does not read. */
export interface StoredFile {
  size: number;
  modifiedAt: Date | null;
  /** Its bytes, or some of them, with flat memory. */
  stream(range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>>;
  close(): void;
}

/** Where finished files are kept. */
export interface FileStore {
  /** Begins a file. An earlier file under the same key is replaced only by `finish`. */
  create(file: NewFile): Promise<FileWriter>;
  /**
   * The bytes of a finished file; undefined where there is none (any more).
   *
   * @throws {ServiceError} `storage_unavailable` where that cannot be told just now
   */
  size(key: string): Promise<number | undefined>;
  /**
   * The bytes of a finished file, from its beginning, a stretch at a time, each good until the next is asked
   * for; undefined where there is none (any more).
   *
   * @param signal breaks the reading off, which then throws its reason
   * @throws {ServiceError} `storage_unavailable`, before the first bytes or between them
   */
  read(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array<ArrayBuffer>> | undefined>;
  /** A link to a finished file, which lives `ttlSeconds` at most. Does not look whether the file is there. */
  link(file: LinkedFile, ttlSeconds: number): Promise<SignedLink>;
  /**
   * Opens the file that one of this store's links leads to, where it is (still) there. Absent where its links
   * lead to another server, which hands the files out.
   *
   * @param url the link exactly as it was requested
   * @throws {ServiceError} `link_refused`, `link_expired` or `storage_unavailable`
   */
  openLink?(url: string): Promise<LinkedFile & { file: StoredFile | undefined }>;
  /**
   * Removes a file and what is left of an unfinished one; no error where there is nothing (any more).
   *
   * @param uploadId the unfinished multipart upload to abort, where one was begun
   */
  remove(key: string, uploadId?: string): Promise<void>;
  /** Throws where files could not be stored just now. */
  check(): Promise<void>;
}
