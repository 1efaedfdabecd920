import { Hono } from "hono";
import { reconciliationForm } from "../lib/reconciliations/form.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { idempotencyKeyHeader, idempotencyKeyOf } from "./request/idempotency_key.ts";
import type { WithJob } from "./middleware/job_access.ts";
import { operation } from "./operation.ts";
import { mayWait, preferWait } from "./middleware/prefer_wait.ts";
import { receiveReconciliation } from "./request/receive_reconciliation.ts";
import { respondWithStatus, statusResponses } from "./response/status_headers.ts";
import { letItBeSent, requireUpload } from "./request/upload_body.ts";
import type { UploadRoom } from "./request/upload_room.ts";

/** `POST /v1/reconciliations/`: takes a file to be reconciled, and responds with its job's status. */
export const reconcile = (dependencies: Dependencies, room: UploadRoom) =>
  new Hono<WithJob>().post(
    "/v1/reconciliations",
    forUsers(dependencies),
    operation({
      id: "reconcile",
      summary: "Send a File C or a File A, and get the differences",
      description:
        "Compares a File C with what Files D1 and D2 hold, or a File A with SF-133. The job is one like any other; its file names " +
        "every difference, and `findings` counts them by rule. The form's fields may come before or behind the file; before it, " +
        "what is wrong with them is said before the file was sent. The upload is kept until the job has ended, and nobody can fetch it.",
      tag: "files",
      headers: idempotencyKeyHeader,
      form: reconciliationForm,
      responses: statusResponses,
      errors: [400, 403, 408, 413, 415, 422, 429],
    }),
    mayWait(dependencies),
    async (c) => {
      const contentType = requireUpload(c, dependencies.maxUploadBytes);
      const idempotencyKey = idempotencyKeyOf(c);
      try {
        using _place = room.enter(c.var.user.userId);
        c.set("job", await receiveReconciliation(c, { contentType, idempotencyKey }, dependencies));
      } catch (error) {
        await letItBeSent(c);
        throw error;
      }
      return await respondWithStatus(c, await preferWait(c, dependencies), dependencies);
    },
  );
