import type { Sql } from "../../lib/db.ts";
import type { Journal } from "./journal.ts";
import type { Ledger } from "./ledger.ts";
import type { Recovery } from "./recovery.ts";
import type { Settled } from "./settle.ts";
import type { VerifiedFiles } from "./verify_files.ts";
import type { EndedJobs } from "./verify_jobs.ts";

/** What a run has come to. */
export interface Findings {
  journal: Journal;
  ledger: Ledger;
  recovery: Recovery;
  settled: Settled;
  ended: EndedJobs;
  /** Whole files, and how many of changes and of differences. */
  verified: { files: VerifiedFiles; changes: number; differences: number };
  /** How often requests to S3 went wrong, by fault. */
  s3: { requests: number; faults: Map<string, number> };
  generations: Generations;
}

/** The generations of a run, counted. */
export interface Generations {
  all: number;
  attempts: number;
  failures: number;
  most_attempts: number;
  data_versions: number;
}

/** Counts the generations. */
export async function countGenerations(sql: Sql): Promise<Generations> {
  const [row] = await sql<[Generations]>`
    SELECT count(*)::integer AS all, coalesce(sum(attempt), 0)::integer AS attempts,
      coalesce(sum(failures), 0)::integer AS failures, coalesce(max(attempt), 0)::integer AS most_attempts,
      count(DISTINCT (file_type, data_version))::integer AS data_versions
    FROM file_generation`;
  return row;
}

/** The run's figures, as lines for people. */
export function report(findings: Findings): string {
  const { journal, ledger, settled, ended, verified, s3, generations } = findings;
  const count = (name: string) => journal.countOf(name);
  const many = (number: number) => Math.round(number).toLocaleString("en-US");
  const reasons = Map.groupBy(ended.failed, ({ status }) => status.error_code);
  return [
    section("Asked", [
      `${many(count("requests"))} requests, ${
        many(count("requests repeated after their answer"))
      } of them sent again`,
      `${many(count("cancellations"))} cancellations, ${many(loads(journal))} loads of data`,
      `${many(count("uploads"))} uploads, ${many(count("uploads broken off"))} of them broken off before; ` +
      `${many(count("requests for changes"))} requests for changes, ${
        many(count("looks"))
      } looks at totals, coverage, ` +
      "estimates and first records",
      `${many(count("dropped: POST"))} requests dropped and sent again, ${
        many(count("dropped: HEAD"))
      } heads, ` +
      `${many(count("dropped: GET"))} streams of events dropped`,
      `${many(count("answers 503"))} answers 503, ${many(count("answers 500"))} answers 500, ` +
      `${many(count("connections lost"))} connections lost: each sent again with the same key`,
      `${many(count("requests refused for the user's limit"))} refused for the user's limit (429)`,
    ]),
    section("Made", [
      `${many(ledger.jobs.size)} jobs: ${many(ended.finished.length)} finished, ${
        many(ended.failed.length)
      } failed, ` +
      `${many(ended.cancelled)} cancelled; ${many(count("reused"))} were given a finished file at once`,
      ...[...reasons].map(([code, failed]) =>
        `  ${failed.length} failed with ${code}: ${failed[0]!.status.message}`
      ),
      `${many(generations.all)} generations on ${generations.data_versions} versions of data, ` +
      `${many(generations.attempts)} attempts (at most ${generations.most_attempts} for one), ` +
      `${many(generations.failures)} of them failures`,
      `${many(count("logged: lost the lease on a file"))} leases lost, ` +
      `${many(count("logged: rescued a generation"))} rescued, ` +
      `${many(count("logged: released a file"))} released, ` +
      `${many(count("logged: removed an object that is nobody's file"))} objects removed by the sweep`,
    ]),
    section(
      "Faults, and the seconds until everything was under way again (median, longest)",
      faultLines(findings),
    ),
    section("S3", [
      `${many(s3.requests)} requests; ${
        [...s3.faults].map(([fault, times]) => `${fault} ${many(times)}`).join(", ") || "no faults"
      }`,
    ]),
    section("After the faults", [
      `${settled.files.toFixed(1)} s until every job had ended, ${
        settled.rest.toFixed(1)
      } s more until nothing was left over`,
      `${settled.foundBySecondSweep} objects were found by the second sweep; ${settled.lateParts} parts were stored by Swift after their ` +
      `upload was aborted`,
      `${many(verified.files.files)} files, ${
        many(verified.files.bytes / 1e6)
      } MB, fetched through their links and compared with COPY; ` +
      `${verified.changes} of changes applied to their earlier files, ${verified.differences} of differences made anew`,
    ]),
  ].join("\n");
}

const section = (title: string, lines: string[]): string =>
  [title, ...lines.map((line) => `  ${line}`), ""].join("\n");

const loads = (journal: Journal): number =>
  [...journal.counts].filter(([name]) => name.startsWith("loads of")).reduce(
    (sum, [, times]) => sum + times,
    0,
  );

function faultLines({ journal, recovery }: Findings): string[] {
  const seconds = (of: number[]) =>
    of.length === 0 ? "" : `${median(of).toFixed(1).padStart(6)} ${Math.max(...of).toFixed(1).padStart(6)}`;
  const kinds = [...journal.counts].filter(([name]) => name.startsWith("fault: "));
  const all = [...recovery.seconds.values()].flat();
  return [
    ...kinds.sort().map(([name, times]) => {
      const kind = name.slice("fault: ".length);
      return `${kind.padEnd(42)} ${String(times).padStart(4)} ${seconds(recovery.seconds.get(kind) ?? [])}`;
    }),
    `${"all".padEnd(42)} ${String(kinds.reduce((sum, [, times]) => sum + times, 0)).padStart(4)} ${
      seconds(all)
    }`,
    `the longest that the API gave no answer: ${recovery.longestSilence.toFixed(1)} s`,
  ];
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
