import { Hono } from "hono";
import { z } from "zod";
import { listAgencies } from "../lib/agencies.ts";
import { forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";

const agency = {
  agency_name: z.string().nullable(),
  yours: z.boolean().meta({ description: "you have a permission on it" }),
};

const agenciesSchema = z.object({
  cgac_agency_list: z.array(z.object({ cgac_code: z.string(), ...agency })),
  frec_agency_list: z.array(z.object({ frec_code: z.string(), cgac_code: z.string().nullable(), ...agency })),
});

/** `GET /v1/list_agencies/`: the CGACs and FRECs that exist, each list beginning with the caller's own. */
export const agencies = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/list_agencies",
    forUsers(dependencies),
    operation({
      id: "listAgencies",
      summary: "The agencies that exist, your own first",
      tag: "agencies",
      responses: [{ schema: agenciesSchema }],
    }),
    async (c) => {
      const own = new Set(c.var.user.affiliations.map(({ agencyCode }) => agencyCode));
      const all = (await listAgencies(dependencies.sql)).map((agency) => ({
        ...agency,
        yours: own.has(agency.code),
      }));
      const ordered = [...all.filter(({ yours }) => yours), ...all.filter(({ yours }) => !yours)];
      return c.json({
        cgac_agency_list: ordered.filter(({ code }) => code.length === 3)
          .map(({ code, name, yours }) => ({ cgac_code: code, agency_name: name, yours })),
        frec_agency_list: ordered.filter(({ code }) => code.length === 4)
          .map(({ code, name, cgacCode, yours }) => ({
            frec_code: code,
            agency_name: name,
            cgac_code: cgacCode,
            yours,
          })),
      });
    },
  );
