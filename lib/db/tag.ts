import pg from "pg";
import type { Names, Result, Row, Statement, Tag } from "./sql.ts";
import { Json, type Value, valueText } from "./values.ts";

/** What is to be run. */
export interface Query {
  text: string;
  values: (string | null)[];
  /** Whether the server keeps its plan for the next time on the same connection. */
  prepare: boolean;
  /** Whether rows come as arrays of values. */
  asArrays: boolean;
}

/** Runs statements: on one connection, or on any of a pool. */
export type Run = (query: Query) => Promise<{ rows: unknown[]; count: number }>;

/** The tag whose statements are run so. */
export function tagFor(run: Run): Tag {
  function tag<Rows extends readonly unknown[]>(text: TemplateStringsArray, ...args: Arg[]): Statement<Rows>;
  function tag(names: string | readonly string[]): Names;
  function tag(first: TemplateStringsArray | string | readonly string[], ...args: Arg[]): unknown {
    if (typeof first === "object" && "raw" in first) {
      return new TaggedStatement(run, [...first], args, [], true);
    }
    return new QuotedNames([first].flat());
  }
  return Object.assign(tag, {
    unsafe: <Rows extends readonly unknown[]>(
      text: string,
      values: readonly Value[] = [],
      { prepare = false }: { prepare?: boolean } = {},
    ): Statement<Rows> => new TaggedStatement<Rows>(run, [text], [], values, prepare),
    json: (value: unknown) => new Json(value),
  });
}

type Arg = Value | Names | Statement<readonly unknown[]>;

class QuotedNames implements Names {
  constructor(readonly names: readonly string[]) {}

  toString(): string {
    return this.names.map((name) => pg.escapeIdentifier(name)).join(", ");
  }
}

class TaggedStatement<Rows extends readonly unknown[] = Row[]> implements Statement<Rows> {
  readonly [Symbol.toStringTag] = "Statement";
  #result: Promise<Result<Rows>> | undefined;

  constructor(
    readonly run: Run,
    readonly parts: readonly string[],
    readonly args: readonly Arg[],
    readonly given: readonly Value[],
    readonly prepare: boolean,
  ) {}

  execute(): this {
    // Whoever waits for it is told.
    this.#rows().catch(() => {});
    return this;
  }

  values(): Promise<Result<unknown[][]>> {
    return this.#run<unknown[][]>(true);
  }

  then<A = Result<Rows>, B = never>(
    resolve?: ((rows: Result<Rows>) => A | PromiseLike<A>) | null,
    reject?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#rows().then(resolve, reject);
  }

  catch<B = never>(reject?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<Result<Rows> | B> {
    return this.then(null, reject);
  }

  finally(done?: (() => void) | null): Promise<Result<Rows>> {
    return this.#rows().finally(done);
  }

  #rows(): Promise<Result<Rows>> {
    return this.#result ??= this.#run<Rows>(false);
  }

  async #run<Found>(asArrays: boolean): Promise<Result<Found>> {
    const values: Value[] = [];
    const text = this.#text(values);
    const { rows, count } = await this.run({
      text,
      values: values.map(valueText),
      prepare: this.prepare,
      asArrays,
    });
    // What the rows are is the caller's word.
    return Object.assign(rows as Found & unknown[], { count });
  }

  #text(values: Value[]): string {
    values.push(...this.given);
    return this.parts.reduce((text, part, i) => {
      const arg = this.args[i - 1]!;
      if (arg instanceof TaggedStatement) return text + arg.#text(values) + part;
      if (arg instanceof QuotedNames) return text + arg + part;
      return `${text}$${values.push(arg as Value)}${part}`;
    });
  }
}
