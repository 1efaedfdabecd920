import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { freePort } from "../helpers/free_port.ts";
import { addAgencies } from "../helpers/generations.ts";
import { HARDLY_ANY, limitFiles } from "../helpers/limit_files.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const isLinux = Deno.build.os === "linux";

Deno.test({
  name:
    "a worker that tells figures and runs out of file descriptors goes on when it has some again (needs Linux)",
  ignore: !isLinux,
  fn: async () => {
    const port = freePort();
    await using service = await startService();
    await addAgencies(service.sql);
    await addContracts(service.sql, 100);
    const worker = await service.worker({ WORKER_METRICS_PORT: String(port) });
    const figures = () =>
      fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(2000) })
        .then(async (response) => (await response.text()).includes("detached_")).catch(() => false);
    assert.ok(await figures());

    const limit = await limitFiles(worker.pid, HARDLY_ANY);
    const silent = await Promise.allSettled(
      Array.from({ length: 30 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
    );
    const { job_id } = await service.request(allContracts);
    await until("it is at its limit", () => /file descriptor|EMFILE|Too many open files/i.test(worker.log()));
    for (const connection of silent) if (connection.status === "fulfilled") connection.value.close();
    await limitFiles(worker.pid, limit);

    await until("it tells its figures again", figures);
    const status = await service.ended(job_id);
    assert.deepEqual([status.status, status.rows], ["finished", 100]);
    const [row] = await service.sql`SELECT failures FROM file_generation`;
    assert.equal(row!["failures"], 0);
    worker.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
  },
});
