import { counted } from "./counted.ts";

/** One thing that is wrong with one field of a request. */
export interface FieldIssue {
  /** The field's name, or an empty string where the request as a whole is meant. */
  field: string;
  /** What it was and what it may be. */
  message: string;
}

interface CatalogueEntry {
  /** The HTTP status it is answered with, or 0 where it only ever describes a failed generation. */
  status:
    | 0
    | 400
    | 401
    | 403
    | 404
    | 405
    | 408
    | 409
    | 410
    | 412
    | 413
    | 415
    | 416
    | 422
    | 429
    | 431
    | 499
    | 500
    | 503;
  /** Whether the same request may succeed later without being changed. */
  retryable: boolean;
  // deno-lint-ignore no-explicit-any -- each sentence names its own parameters; `ServiceError` checks them
  sentence: (parameters: any) => string;
}

/** Every error that a user can meet: its code, its HTTP status and its sentence. */
export const catalogue = {
  malformed_json: {
    status: 400,
    retryable: false,
    sentence: () => `The body is not JSON. Send one JSON object, such as {"file_type": "D1", …}.`,
  },
  malformed_form: {
    status: 400,
    retryable: false,
    sentence: () =>
      `The form cannot be read. Send it as "application/x-www-form-urlencoded", or as "multipart/form-data" with its boundary.`,
  },
  request_malformed: {
    status: 400,
    retryable: false,
    sentence: () => `This is not an HTTP/1.1 request for this service.`,
  },
  headers_too_large: {
    status: 431,
    retryable: false,
    sentence: () => `The head of the request is larger than 16 KiB, the most that is taken.`,
  },
  request_too_slow: {
    status: 408,
    retryable: true,
    sentence: () => `The request did not arrive in time: its head within 10 seconds, all of it within 30.`,
  },
  wrong_content_type: {
    status: 400,
    retryable: false,
    sentence: (p: { found: string | undefined; wanted?: string }) =>
      `The content type is ${p.found ? `"${p.found}"` : "missing"}; send the body as "${
        p.wanted ?? "application/json"
      }".`,
  },
  wrong_content_encoding: {
    status: 415,
    retryable: false,
    sentence: (p: { found: string }) =>
      `The body is encoded as ${
        JSON.stringify(p.found)
      }; send it as it is, without a Content-Encoding, and with no Transfer-Encoding but "chunked".`,
  },
  malformed_upload: {
    status: 400,
    retryable: false,
    sentence: () =>
      `The form cannot be read to its end. Send it as "multipart/form-data" with its boundary, as "curl -F" does.`,
  },
  invalid_request: {
    status: 400,
    retryable: false,
    sentence: (p: { issues: FieldIssue[] }) => p.issues.map((issue) => issue.message).join(" "),
  },
  data_missing: {
    status: 400,
    retryable: false,
    sentence: (p: { things: readonly string[]; forWhat: string }) =>
      `There is no ${p.things.join(" or ")} for ${p.forWhat}.`,
  },
  preview_too_slow: {
    status: 503,
    retryable: true,
    sentence: (p: { seconds: number }) =>
      `The file's first records could not be worked out within ${
        counted(p.seconds, "second")
      }. Ask for the file itself, which takes its time.`,
  },
  body_too_large: {
    status: 413,
    retryable: false,
    sentence: (p: { limit: number }) =>
      `The body is larger than ${counted(p.limit, "byte")}, the most that is taken.`,
  },
  body_too_slow: {
    status: 408,
    retryable: true,
    sentence: (p: { seconds: number }) => `The body did not arrive within ${counted(p.seconds, "second")}.`,
  },
  upload_stalled: {
    status: 408,
    retryable: true,
    sentence: (p: { seconds: number }) =>
      `Nothing of the upload has arrived for ${counted(p.seconds, "second")}.`,
  },
  not_signed_in: {
    status: 401,
    retryable: false,
    sentence: () =>
      `Sign in: send a valid API token as "Authorization: Bearer <token>" or "X-Session-Id: <token>".`,
  },
  sign_in_interrupted: {
    status: 400,
    retryable: false,
    sentence: () =>
      `You are not signed in: this sign-in was not begun in this browser, took more than ten minutes, or has ` +
      `been used already. Begin again.`,
  },
  sign_in_declined: {
    status: 403,
    retryable: false,
    sentence: () =>
      `You are not signed in: your sign-in provider has refused it, or you have. You may try again, or use an ` +
      `API token.`,
  },
  sign_in_refused: {
    status: 403,
    retryable: false,
    sentence: () => `Your account may not sign in here. Ask whoever runs this service.`,
  },
  sign_in_too_large: {
    status: 403,
    retryable: false,
    sentence: () =>
      `Your sign-in provider names more agencies for you than a browser can keep. Use a token instead, and ` +
      `tell whoever runs this service.`,
  },
  permission_denied: {
    status: 403,
    retryable: false,
    sentence: (p: { what: string; jobId?: string; agencyCode?: string }) => `You may not ${p.what}.`,
  },
  link_refused: {
    status: 403,
    retryable: false,
    sentence: () =>
      `This link is not valid: it must be used exactly as the status route gave it. Ask it for a new one.`,
  },
  link_expired: {
    status: 403,
    retryable: false,
    sentence: () => `This link has expired. Ask the status route of the job for a new one.`,
  },
  route_unknown: {
    status: 404,
    retryable: false,
    sentence: (p: { path: string }) => `There is no route ${p.path}.`,
  },
  file_gone: {
    status: 410,
    retryable: false,
    sentence: () => `The file is no longer kept. Request it again to have it made anew.`,
  },
  file_lost: {
    status: 410,
    retryable: false,
    sentence: () =>
      `The file was lost from the storage and is being made anew. Ask the status route of its job for the new link.`,
  },
  file_lost_again: {
    status: 0,
    retryable: true,
    sentence: (p: { losses: number }) =>
      `The storage has lost the file ${
        counted(p.losses, "time")
      }. Whoever runs the service has to see whether the API and the workers are set to the same storage, and whether anything else removes files from it.`,
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    sentence: (p: { method: string; path: string; allowed: string }) =>
      `${p.path} does not take ${p.method}; it takes ${p.allowed}.`,
  },
  file_type_unknown: {
    status: 404,
    retryable: false,
    sentence: (p: { found: string; known: readonly string[] }) =>
      `There is no file type ${JSON.stringify(p.found.slice(0, 60))}; there are ${p.known.join(", ")}.`,
  },
  job_unknown: {
    status: 404,
    retryable: false,
    sentence: (p: { jobId: string }) => `There is no job ${p.jobId}.`,
  },
  file_unfinished: {
    status: 400,
    retryable: true,
    sentence: (p: { jobId: string }) => `The file of job ${p.jobId} is not finished yet.`,
  },
  no_file: {
    status: 400,
    retryable: false,
    sentence: (p: { jobId: string; why: string }) => `Job ${p.jobId} has no file: ${p.why}`,
  },
  earlier_job_unfinished: {
    status: 400,
    retryable: true,
    sentence: (p: { jobId: string; state: string }) =>
      /^(queued|running)$/.test(p.state)
        ? `Job ${p.jobId} is ${p.state}; what has changed since can be asked for once a job has finished.`
        : `Job ${p.jobId} is ${p.state}, and has no file; name one that has finished.`,
  },
  earlier_file_gone: {
    status: 400,
    retryable: false,
    sentence: (p: { jobId: string; why: string }) =>
      `The file of job ${p.jobId}, since which the changes are asked for, cannot be compared with: ${p.why}. Request the whole file.`,
  },
  job_unfinished: {
    status: 409,
    retryable: true,
    sentence: (p: { jobId: string; state: string }) =>
      `Job ${p.jobId} is ${p.state}; only a finished one has totals.`,
  },
  no_totals: {
    status: 404,
    retryable: false,
    sentence: (p: { jobId: string }) =>
      `No totals were taken of the file of job ${p.jobId}: it is of a kind that has none, or was made by an older release.`,
  },
  job_ended: {
    status: 409,
    retryable: false,
    sentence: (p: { state: string }) =>
      `The job is ${p.state} already; only a queued or running one can be cancelled.`,
  },
  idempotency_key_wrong: {
    status: 400,
    retryable: false,
    sentence: () => `The Idempotency-Key must have 1 to 255 printable ASCII characters.`,
  },
  idempotency_key_reused: {
    status: 422,
    retryable: false,
    sentence: () =>
      `This Idempotency-Key was used for another request within the last 24 hours. Use a new one.`,
  },
  too_many_unfinished_jobs: {
    status: 429,
    retryable: true,
    sentence: (p: { limit: number }) =>
      `You are waiting for ${
        counted(p.limit, "file")
      } already, the most that one user may wait for. Try again when one is finished.`,
  },
  too_many_held_requests: {
    status: 429,
    retryable: true,
    sentence: (p: { limit: number }) =>
      `You have ${counted(p.limit, "request")} open that ${
        p.limit === 1 ? "waits" : "wait"
      } for a file, the most that one user may have. Try again when one has ended.`,
  },
  too_many_uploads: {
    status: 429,
    retryable: true,
    sentence: (p: { limit: number; whose: "yours" | "all" }) =>
      p.whose === "yours"
        ? `You are sending ${
          counted(p.limit, "upload")
        } already, the most that one user may send at a time. Try again when one is done.`
        : `${
          counted(p.limit, "upload is", "uploads are")
        } being sent already, the most at a time. Try again in a few seconds.`,
  },
  client_gone: {
    status: 499,
    retryable: true,
    sentence: () => `The client has hung up.`,
  },
  precondition_failed: {
    status: 412,
    retryable: false,
    sentence: () => `The file is not the one that If-Match or If-Unmodified-Since wants.`,
  },
  range_not_satisfiable: {
    status: 416,
    retryable: false,
    sentence: (p: { size: number }) =>
      `The range lies outside the file, which has ${counted(p.size, "byte")}.`,
  },
  internal_error: {
    status: 500,
    retryable: true,
    sentence: (p: { id: string }) =>
      `Something went wrong on our side. It was logged under ${p.id}; name this ID when you report it.`,
  },
  service_unavailable: {
    status: 503,
    retryable: true,
    sentence: () =>
      `The database cannot be reached just now. Nothing was stored; try again in a few seconds.`,
  },
  sign_in_unavailable: {
    status: 503,
    retryable: true,
    sentence: () =>
      `Your sign-in provider cannot be reached just now, or does not answer as it should. Try again in a few ` +
      `seconds; API tokens work meanwhile.`,
  },
  source_unavailable: {
    status: 0,
    retryable: true,
    sentence: () => `The connection to the source data was lost while the file was written.`,
  },
  source_behind: {
    status: 0,
    retryable: true,
    sentence: () => `The database that files are read from does not have the newest data yet.`,
  },
  storage_unavailable: {
    status: 503,
    retryable: true,
    sentence: () => `The file storage cannot be used just now.`,
  },
  upload_malformed: {
    status: 400,
    retryable: false,
    sentence: (p: { why: string }) => p.why,
  },
  upload_gone: {
    status: 0,
    retryable: false,
    sentence: () => `The upload that the differences were to be made of is no longer kept. Send it again.`,
  },
  query_failed: {
    status: 0,
    retryable: false,
    sentence: (p: { id: string }) =>
      `The source data could not be read because of a fault on our side. It was logged under ${p.id}.`,
  },
  generation_error: {
    status: 0,
    retryable: true,
    sentence: (p: { id: string }) =>
      `The file could not be written because of a fault on our side. It was logged under ${p.id}.`,
  },
  worker_lost: {
    status: 0,
    retryable: true,
    sentence: (p: { attempts: number }) =>
      `The worker that wrote the file stopped answering, ${p.attempts} times in a row. Request the file again.`,
  },
} as const satisfies Record<string, CatalogueEntry>;
