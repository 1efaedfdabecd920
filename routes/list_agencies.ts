import { Hono } from "hono";
import { z } from "zod";
import { listAgencies } from "../lib/agencies.ts";
import { agenciesOf, PERMISSION_LEVELS, PERMISSION_TYPES } from "../lib/auth/permissions.ts";
import { mustBe } from "../lib/files/request_fields.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";
import { query } from "./request/request_input.ts";

/** The agencies in a response, as the Broker's clients read them. */
export const cgacSchema = z.object({ agency_name: z.string().nullable(), cgac_code: z.string() })
  .meta({ id: "Cgac" });
export const frecSchema = z.object({ agency_name: z.string().nullable(), frec_code: z.string() })
  .meta({ id: "Frec" });

const agenciesSchema = z.object({
  cgac_agency_list: z.array(cgacSchema),
  frec_agency_list: z.array(frecSchema),
}).meta({
  id: "Agencies",
  examples: [{
    cgac_agency_list: [{ agency_name: "Department of the Treasury", cgac_code: "020" }],
    frec_agency_list: [],
  }],
});

/** One of a few words; nothing, and an empty one, is the first of them. */
const wordOf = <const Words extends readonly [string, ...string[]]>(
  name: string,
  words: Words,
  description: string,
) =>
  z.enum(["", ...words], { error: mustBe(name, words.map((word) => `"${word}"`).join(", ")) }).default("")
    .transform((word): Words[number] => word === "" ? words[0] : word).meta({ description });

const agenciesQuery = z.object({
  perm_level: wordOf(
    "perm_level",
    PERMISSION_LEVELS,
    "what you may do for the agency at least; of editfabs and fabs only fabs is a submitter's",
  ),
  perm_type: wordOf(
    "perm_type",
    PERMISSION_TYPES,
    "dabs: reader, writer, submitter; fabs: editfabs, fabs; mixed: either",
  ),
});

/**
 * `GET /v1/list_agencies/`: the CGACs and FRECs that the caller has a permission on; all of them for
 * administrators.
 */
export const ownAgencies = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/list_agencies",
    forUsers(dependencies),
    operation({
      id: "listAgencies",
      summary: "The agencies that you have a permission on",
      description: "Administrators have all of them.",
      tag: "agencies",
      responses: [{ schema: agenciesSchema }],
    }),
    query(agenciesQuery),
    async (c) => {
      const { perm_level, perm_type } = c.req.valid("query");
      const own = agenciesOf(c.var.user, { level: perm_level, type: perm_type });
      const listed = (await listAgencies(dependencies.sql)).filter(({ code }) => own(code));
      return c.json({
        cgac_agency_list: listed.filter(({ code }) => code.length === 3)
          .map(({ name, code }) => ({ agency_name: name, cgac_code: code })),
        frec_agency_list: listed.filter(({ code }) => code.length === 4)
          .map(({ name, code }) => ({ agency_name: name, frec_code: code })),
      });
    },
  );
