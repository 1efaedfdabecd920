import type { Context } from "hono";
import { requireAgencyAccess } from "../../lib/auth/permissions.ts";
import { ServiceError } from "../../lib/errors.ts";
import type { FileRequest } from "../../lib/files/file_type.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { requestGeneration } from "../../lib/generations/request.ts";
import type { JobStatus } from "../../lib/generations/status.ts";
import { Beginning } from "../../lib/reconciliations/beginning.ts";
import { fileTypeOfKind, ignoredFields, requestOfFields } from "../../lib/reconciliations/form.ts";
import { IncomingUpload } from "../../lib/reconciliations/incoming_upload.ts";
import type { Dependencies } from "../dependencies.ts";
import type { WithJob } from "../middleware/job_access.ts";
import { type FormFields, type FormFile, readForm, wrongField } from "./multipart.ts";
import { bodyAsItComes } from "./upload_body.ts";

const LONGEST_FILE_NAME = 255;

/** What a request to reconcile a file has besides its body. */
export interface ReconciliationHead {
  contentType: string;
  idempotencyKey: string | undefined;
  /** What the form's text fields mean, where they are not those of the API's form. */
  meaning?: (fields: FormFields) => FormFields;
}

/**
 * Receives a file that is to be reconciled: its form, the file within straight into the storage, and then
 * stores the request. Whatever is wrong, and however this ends, no upload is left that no job is for.
 *
 * @returns the job
 * @throws {ServiceError}
 */
export async function receiveReconciliation(
  c: Context<WithJob>,
  { contentType, idempotencyKey, meaning = (fields) => fields }: ReconciliationHead,
  dependencies: Dependencies,
): Promise<JobStatus> {
  const { sql, store, maxUploadBytes, maxUnfinishedJobs } = dependencies;
  const { source } = c.var;
  const begun = new Date();
  const beginning = new Beginning();
  await using given = new AsyncDisposableStack();
  let upload: IncomingUpload | undefined;

  const fields = meaning(
    await readForm({
      contentType,
      body: bodyAsItComes(c),
      maxFileBytes: maxUploadBytes,
      onFile: async (file, sent) => {
        const before = meaning(sent);
        requireFile(file);
        // What is known to be refused need not be sent.
        if (isComplete(before)) requireAgencyAccess(c.var.user, requestOfFields(before).agency_code);
        upload = given.use(await IncomingUpload.begin({ sql, store }, file.name));
        for await (const bytes of file.content) {
          await beginning.add(bytes, fileTypeOfKind(before));
          await upload.write(bytes);
        }
      },
    }),
  );
  const request = requestOfFields(fields);
  requireAgencyAccess(c.var.user, request.agency_code);
  if (!upload) throw missingFile(fields);
  await beginning.end(request.file_type);
  const whole: FileRequest = { ...request, upload: await upload.finish() };
  // It may have been sent for an hour: the user may have been signed out or lost the agency since.
  const user = await c.var.userNow(begun);
  requireAgencyAccess(user, request.agency_code);
  c.set("user", user);
  try {
    const { job, isNew } = await requestGeneration(sql, fileTypeOf(request.file_type), whole, {
      ...source,
      requestedBy: user.name,
      userId: user.userId,
      maxUnfinishedJobs,
      ignoredKeys: ignoredFields(fields),
      idempotencyKey,
    });
    if (isNew) upload.release();
    return job;
  } catch (error) {
    // Whether the database has stored the request it alone knows, unless it was refused.
    if (!(error instanceof ServiceError)) upload.leaveToSweep();
    throw error;
  }
}

/** Whether the fields that came before the file are a request already. */
function isComplete(fields: FormFields): boolean {
  try {
    requestOfFields(fields);
    return true;
  } catch {
    return false;
  }
}

function requireFile({ field, name }: FormFile): void {
  if (field !== "file") {
    throw wrongField("file", `The form holds a file that is not called "file"; send it as "file".`);
  }
  if (name === "") {
    throw wrongField("file", `file has no name; send it with one, as "curl -F file=@my_c.csv" does.`);
  }
  if (/\p{Cc}/u.test(name) || name.length > LONGEST_FILE_NAME) {
    throw wrongField(
      "file",
      `The name of file holds control characters, or is longer than ${LONGEST_FILE_NAME}; give it another one.`,
    );
  }
}

const missingFile = (fields: FormFields): ServiceError =>
  wrongField(
    "file",
    `file is ${
      "file" in fields ? "a text field" : "missing"
    }; it must be a file, as "curl -F file=@my_c.csv" sends it.`,
  );
