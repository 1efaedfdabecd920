import { Hono } from "hono";
import { listAgencies } from "../lib/agencies/agencies.ts";
import { forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";

/** `GET /v1/list_agencies/`: the CGACs and FRECs that exist, each list beginning with the caller's own. */
export const agencies = (dependencies: Dependencies) =>
  new Hono().get("/v1/list_agencies", forUsers(dependencies), async (c) => {
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
  });
