import { Hono } from "hono";
import { z } from "zod";
import { listAgencies } from "../lib/agencies.ts";
import { forAnyone } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { cgacSchema, frecSchema } from "./list_agencies.ts";
import { operation } from "./operation.ts";

const allAgenciesSchema = z.object({
  agency_list: z.array(cgacSchema),
  shared_agency_list: z.array(frecSchema),
}).meta({
  id: "AllAgencies",
  examples: [{
    agency_list: [{ agency_name: "Department of the Treasury", cgac_code: "020" }],
    shared_agency_list: [{ agency_name: "Department of Labor", frec_code: "1601" }],
  }],
});

/**
 * `GET /v1/list_all_agencies/`: every CGAC, and the FRECs that submit as FREC; for whoever chooses one to ask
 * access to.
 */
export const allAgencies = ({ sql }: Dependencies) =>
  new Hono().get(
    "/v1/list_all_agencies",
    forAnyone,
    operation({
      id: "listAllAgencies",
      summary: "Every CGAC, and the FRECs that submit as FREC",
      description: "For whoever chooses one to ask access to.",
      tag: "agencies",
      responses: [{ schema: allAgenciesSchema }],
      errors: [503],
    }),
    async (c) => {
      const all = await listAgencies(sql);
      return c.json({
        agency_list: all.filter(({ code }) => code.length === 3)
          .map(({ name, code }) => ({ agency_name: name, cgac_code: code })),
        shared_agency_list: all.filter(({ submitsAsFrec }) => submitsAsFrec)
          .map(({ name, code }) => ({ agency_name: name, frec_code: code })),
      });
    },
  );
