import type { Sql } from "../../lib/db.ts";
import { fileTypeOf, fileTypes, requestBody } from "../../lib/files/registry.ts";
import { dataVersion } from "../../lib/generations/data_version.ts";
import type { Random } from "../helpers/random.ts";
import { urlAs } from "../helpers/roles.ts";
import { pause } from "./pause.ts";
import { copyDigest, type Digest } from "./copy_digest.ts";
import type { Journal } from "./journal.ts";
import { LOADED } from "./requests.ts";
import { type LoadedFile, loadedFiles } from "./source_files.ts";
import { whileAway } from "../helpers/while_away.ts";

/** What loads need. */
export interface LoadsOptions {
  databaseUrl: string;
  sql: Sql;
  journal: Journal;
  random: Random;
  /** The mean pause between two loads. */
  pauseMilliseconds: number;
}

const PROJECT = new URL("../../", import.meta.url);

/**
 * Loads data now and then, with the command that operators use, and judges after each load what the files of
 * `LOADED` must be from then on. Which load a file was made on is told by its `data_as_of`.
 */
export class Loads {
  /** By request and moment of the newest load: the version of the file's own records. */
  readonly #versions = new Map<string, number>();
  /** File types, each with a moment that was the newest load's. */
  readonly #moments = new Set<string>();
  /** By request and moment of the newest load. */
  readonly #digests = new Map<string, Digest>();

  constructor(readonly options: LoadsOptions) {}

  /** What the file of a request of `LOADED` must be that was made on the data of a moment. */
  expected(body: unknown, dataAsOf: string): Digest | undefined {
    return this.#digests.get(`${JSON.stringify(body)} ${dataAsOf}`);
  }

  /** Whether a moment was that of the newest load of what a file type reads. */
  was(fileType: string, dataAsOf: string): boolean {
    return this.#moments.has(`${fileType} ${dataAsOf}`);
  }

  /** The version that the own records of a request of `LOADED` had at a moment. */
  version(body: unknown, dataAsOf: string): number {
    return this.#versions.get(`${JSON.stringify(body)} ${dataAsOf}`) ?? 0;
  }

  /** Loads until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, pauseMilliseconds } = this.options;
    for (let number = 1; !signal.aborted; number++) {
      await pause(pauseMilliseconds * (0.5 + random.next()), signal);
      if (!signal.aborted) await this.#load(random.pick(loadedFiles)(number, random));
    }
  }

  /** Notes what the files must be now. */
  async judge(): Promise<void> {
    const { databaseUrl, sql } = this.options;
    for (const { code, example } of fileTypes) {
      const request = requestBody.parse(example);
      const { loadedAt } = await whileAway(() => dataVersion(sql, fileTypeOf(code), request));
      this.#moments.add(`${code} ${loadedAt!.toISOString()}`);
    }
    for (const body of LOADED) {
      const request = requestBody.parse(body);
      const fileType = fileTypeOf(request.file_type);
      const { version, loadedAt } = await whileAway(() => dataVersion(sql, fileType, request));
      const asOf = loadedAt!.toISOString();
      this.#moments.add(`${fileType.code} ${asOf}`);
      const key = `${JSON.stringify(body)} ${asOf}`;
      this.#versions.set(key, version);
      if (!this.#digests.has(key)) {
        this.#digests.set(
          key,
          await whileAway(() => copyDigest(databaseUrl, body)),
        );
      }
    }
  }

  /** Loads a file; where the database is lost, once more, until it has said that it was loaded. */
  async #load({ source, name, content }: LoadedFile): Promise<void> {
    const { journal } = this.options;
    const path = `${journal.folder}/${name}`;
    await Deno.writeTextFile(path, content);
    for (let attempt = 1; attempt <= 20; attempt++) {
      const before = await this.#loads();
      const { code, said } = await this.#command(source, path);
      journal.note("load", { source, name, code, said });
      // Whether it was loaded or not: a commit may have been made whose answer was lost.
      await this.judge();
      if (/Nothing was changed/.test(said) && await this.#loads() !== before) {
        journal.violation(`The load of ${name} said that nothing was changed, and it was: ${said}`);
      }
      if (code === 0) {
        journal.count(`loads of ${source}`);
        await Deno.remove(path);
        return;
      }
      if (code !== 3) break;
      journal.count("loads that lost the database");
      await pause(500);
    }
    journal.violation(`${name} could not be loaded; events.log says why.`);
  }

  /** How many loads there were. */
  async #loads(): Promise<number> {
    return await whileAway(async () => (await this.options.sql`SELECT FROM data_load`).count);
  }

  async #command(source: string, path: string): Promise<{ code: number; said: string }> {
    const { databaseUrl, journal } = this.options;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--cached-only",
        `--allow-net=${new URL(databaseUrl).host}`,
        "--allow-env=DATABASE_URL,USER,INIT_CWD",
        "--ignore-env",
        `--allow-read=${journal.folder},sql/migrations`,
        "--ignore-read",
        "--allow-sys=homedir,uid,osRelease",
        "lib/commands/load.ts",
        source,
        path,
      ],
      cwd: PROJECT,
      env: { DATABASE_URL: urlAs(databaseUrl, "detached_loader") },
    }).output();
    return { code, said: new TextDecoder().decode(code === 0 ? stdout : stderr).trim() };
  }
}
