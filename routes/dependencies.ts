import type { SignInProvider } from "../lib/auth/sign_in_provider.ts";
import type { Sql } from "../lib/db.ts";
import type { GenerationChanges } from "../lib/generations/changes.ts";
import type { Networks } from "../lib/http/client_address.ts";
import type { FileStore } from "../lib/storage/store.ts";
import type { Authenticate } from "./middleware/access.ts";
import type { HeldRequests } from "./middleware/held_requests.ts";
import type { WaitTimes } from "./request/wait_times.ts";

/** What the routes need; `main.ts` makes the real ones. */
export interface Dependencies {
  sql: Sql;
  /** Wakes requests that wait for a generation. */
  changes: GenerationChanges;
  /** Bounds the requests of one user that wait. */
  held: HeldRequests;
  store: FileStore;
  authenticate: Authenticate;
  /** Where people sign in for the page as well as with tokens; usually set where JWTs are taken. */
  provider?: SignInProvider | undefined;
  /** Those whose X-Forwarded-For is believed; usually none. */
  trustedProxies?: Networks | undefined;
  /** The origins whose pages may call the API from a browser; usually none. */
  corsOrigins?: readonly string[] | undefined;
  /** Who may read the metrics; anyone where it is not set. */
  metricsToken?: string | undefined;
  /** What the service is reached by from outside; decides whether cookies are for https alone. */
  publicUrl?: string | undefined;
  /** How long a link to a file lives. */
  urlTtlSeconds: number;
  /** The most files that one user may wait for at a time. */
  maxUnfinishedJobs: number;
  /** The most bytes of a file that is uploaded. */
  maxUploadBytes: number;
  /**
   * For how many days finished files are kept at least, as the pages say; nothing is said where it is not
   * set.
   */
  retentionDays?: number | undefined;
  /** How long responses are held, where not as long as usual. */
  waitTimes?: WaitTimes | undefined;
}
