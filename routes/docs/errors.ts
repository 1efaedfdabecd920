const RETRY = { "Retry-After": "the seconds after which to come again" };

/** What each status of an error response means, and the headers that come with it. */
export const ERRORS: Record<string, { description: string; headers?: Record<string, string> }> = {
  "400": { description: "Bad input: `errors` says what is wrong with each field" },
  "401": { description: "Not signed in", headers: { "WWW-Authenticate": "Bearer" } },
  "403": { description: "Another agency's file or job, or a link that does not hold" },
  "404": { description: "No such job or route, or nothing kept of it" },
  "405": {
    description: "The route does not take this method",
    headers: { Allow: "those that it does take" },
  },
  "408": { description: "The body did not arrive in time" },
  "409": { description: "The job has ended, or has not finished" },
  "410": { description: "The file is no longer kept" },
  "412": { description: "The file is not in the state that the request is for" },
  "413": { description: "The body is too large" },
  "415": { description: "The body is encoded: send it as it is" },
  "416": { description: "The range lies outside the file", headers: { "Content-Range": "the file's size" } },
  "422": { description: "The Idempotency-Key was used for another request" },
  "429": { description: "Too many files, or responses, waited for", headers: RETRY },
  "500": { description: "A fault of the service, with an ID that its log has too" },
  "503": { description: "Something it needs is away", headers: RETRY },
};
