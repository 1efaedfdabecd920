import { Hono } from "hono";
import { z } from "zod";
import { recordAudit } from "../lib/auth/audit.ts";
import { fileTypeCodes } from "../lib/files/registry.ts";
import { mustBe } from "../lib/files/request_fields.ts";
import { jobsOf, STATES } from "../lib/generations/status.ts";
import { auditOf, forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";
import { query } from "./request/request_input.ts";
import { statusSchema } from "./response/status_response.ts";
import { describeJob } from "./response/status_headers.ts";
import { cursorText, wholeNumberText } from "./request/whole_numbers.ts";

const MOST_JOBS = 100;

const word = <const Words extends readonly [string, ...string[]]>(name: string, words: Words) =>
  z.enum(words, { error: mustBe(name, words.map((word) => `"${word}"`).join(" or ")) }).optional();

const listSchema = z.object({
  generations: z.array(statusSchema),
  next_cursor: z.string().nullable().meta({
    description: "the cursor of the next page; null on the last one",
  }),
}).meta({
  id: "Generations",
  examples: [{ generations: statusSchema.meta()!.examples, next_cursor: null }],
});

const listQuery = z.object({
  state: word("state", STATES),
  file_type: word("file_type", fileTypeCodes),
  limit: wholeNumberText("limit", `a whole number from 1 to ${MOST_JOBS}`, 1, MOST_JOBS).transform(Number)
    .optional(),
  cursor: cursorText("cursor", "the next_cursor of an earlier response").optional(),
});

const USUAL_JOBS = 20;

/** `GET /v1/generations/`: the caller's jobs, newest first, a page at a time. */
export const listGenerations = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/generations",
    forUsers(dependencies),
    operation({
      id: "listGenerations",
      summary: "Your own jobs, newest first",
      description: "A page at a time: `next_cursor`, and `Link`, lead to the next one.",
      tag: "files",
      responses: [{ schema: listSchema, headers: { Link: "where the next page is (RFC 8288)" } }],
    }),
    query(listQuery),
    async (c) => {
      const { state, file_type: fileType, limit = USUAL_JOBS, cursor } = c.req.valid("query");
      const { user } = c.var;
      // One more than asked for tells whether there is a next page.
      const found = await jobsOf(dependencies.sql, {
        requestedBy: user.name,
        state,
        fileType,
        before: cursor,
        limit: limit + 1,
      });
      const jobs = found.slice(0, limit);
      const nextCursor = found.length > limit ? jobs.at(-1)!.jobId : null;
      // A HEAD's response has none of them.
      if (c.req.method !== "HEAD") {
        await recordAudit(dependencies.sql, { ...auditOf(c, "list"), detail: { jobs: jobs.length } });
      }
      const generations = [];
      for (const job of jobs) {
        generations.push(await describeJob(c, job, dependencies, { looks: false }));
      }
      if (nextCursor) {
        const next = new URLSearchParams({ ...c.req.query(), cursor: nextCursor });
        c.header("Link", `</v1/generations/?${next}>; rel="next"`);
      }
      return c.json({ generations, next_cursor: nextCursor });
    },
  );
