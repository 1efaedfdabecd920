import assert from "node:assert/strict";
import { createClient } from "../../routes/client.ts";
import { operationsOf } from "../../routes/operation.ts";
import { testApp } from "../helpers/app.ts";
import { addAgencies, addFile } from "../helpers/generations.ts";
import { uploadForm, uploadText } from "../helpers/file_c.ts";
import { testDatabase } from "../helpers/database.ts";
import { startService } from "../helpers/service.ts";

type Client = ReturnType<typeof createClient>;

const json = { file_type: "D1" as const, cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
const JOB = ":job_id{[0-9]+}";
const job = { param: { job_id: "1" } };

/**
 * Every route by the typed client: what is written here has to compile, and what is read of a response as
 * well.
 */
const calls: Record<string, (client: Client) => Promise<number>> = {
  generateDetachedFile: async ({ v1 }) =>
    (await (await v1.generate_detached_file.$post({ json })).json()).job_id,
  checkDetachedGenerationStatus: async ({ v1 }) =>
    (await (await v1.check_detached_generation_status.$get({ query: { job_id: "1" } })).json())
      .rows_written ?? 0,
  listGenerations: async ({ v1 }) => {
    const response = await v1.generations.$get({ query: { limit: "2", state: "queued" } });
    return (await response.json()).generations[0]!.job_id;
  },
  generationEvents: async ({ v1 }) => {
    const response = await v1.generations[JOB].events.$get(job);
    await response.body?.cancel();
    return response.status;
  },
  reconcile: async ({ v1 }) => {
    const body = uploadForm(uploadText("C-DIFF"));
    return (await (await v1.reconciliations.$post({}, { init: { body } })).json()).job_id;
  },
  // Not finished: an error, without records.
  getGenerationTotals: async ({ v1 }) =>
    (await (await v1.generations[JOB].totals.$get(job)).json()).records ?? 0,
  estimateGeneration: async ({ v1 }) =>
    (await (await v1.generations.estimate.$post({ json })).json()).rows_exact!,
  previewGeneration: async ({ v1 }) =>
    (await (await v1.generations.preview.$post({ json })).json()).header!.length,
  getDetachedFileUrl: async ({ v1 }) =>
    (await (await v1.get_detached_file_url.$get({ query: { job_id: "1" } })).json()).url?.length ?? 0,
  coverage: async ({ v1 }) => {
    const query = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
    return (await (await v1.coverage.$get({ query })).json()).by_month!.length;
  },
  columns: async ({ v1 }) => {
    const param = { file_type: "D1" };
    const body = await (await v1.columns[":file_type"].$get({ param, query: { format: "table-schema" } }))
      .json();
    return "fields" in body ? body.fields.length : body.columns.length;
  },
  listAgencies: async ({ v1 }) =>
    (await (await v1.list_agencies.$get({ query: {} })).json()).cgac_agency_list[0]!.cgac_code.length,
  listAllAgencies: async ({ v1 }) => (await (await v1.list_all_agencies.$get()).json()).agency_list.length,
  listDataSources: async ({ v1 }) => Object.keys(await (await v1.list_data_sources.$get()).json()).length,
  latestPublicationPeriod: async ({ v1 }) =>
    (await (await v1.latest_publication_period.$get()).json()).year ?? 0,
  downloadFile: async ({ v1 }) => {
    const response = await v1.files["*"].$get();
    await response.body?.cancel();
    return response.status;
  },
  healthz: async (client) => (await (await client.healthz.$get()).json()).status.length,
  readyz: async (client) => (await (await client.readyz.$get()).json()).queued ?? 0,
  metrics: async (client) => (await (await client.metrics.$get()).text()).length,
  cancelGeneration: async ({ v1 }) => (await (await v1.generations[JOB].$delete(job)).json()).job_id,
};

Deno.test("the typed client knows every route that the document describes", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const ids = operationsOf(app.app).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(Object.keys(calls).sort(), ids.sort());
});

Deno.test("every route is called by the typed client, and gives what its types say", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  await addFile(service.sql, "1/1/x.csv", 1);
  const client = createClient(service.api.url, service.api.token);
  for (const [id, call] of Object.entries(calls)) {
    const given = await call(client);
    assert.ok(Number.isInteger(given), `${id} gave ${given}`);
  }
  // @ts-expect-error -- a day is a string
  const wrong = await client.v1.generate_detached_file.$post({ json: { ...json, start: 2016 } });
  assert.equal(wrong.status, 400);
  await wrong.body?.cancel();
});
