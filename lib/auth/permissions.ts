import { ServiceError } from "../errors.ts";
import { type Permission, PERMISSIONS, type User } from "./user.ts";

/** What a rule has to know of a job. */
export interface OwnedJob {
  jobId: string;
  /** The owner's name. */
  requestedBy: string;
  agencyCode: string;
}

const isAffiliated = (user: User, agencyCode: string): boolean =>
  user.affiliations.some((affiliation) => affiliation.agencyCode === agencyCode);

const owns = (user: User, job: OwnedJob): boolean => job.requestedBy === user.name;

/**
 * Who may do what (`api.md`, "Who may do what"). Any permission on an agency will do; its code counts as a
 * whole, so that a CGAC never opens a FREC or the other way round.
 */
const rules = {
  useAgency: (user: User, agencyCode: string) => user.isAdministrator || isAffiliated(user, agencyCode),
  see: (user: User, job: OwnedJob) =>
    user.isAdministrator || owns(user, job) || isAffiliated(user, job.agencyCode),
  // Looking at a colleague's job is one thing, ending it another.
  cancel: (user: User, job: OwnedJob) => user.isAdministrator || owns(user, job),
};

/** Whether a user may have files of an agency made. */
export const mayUseAgency = rules.useAgency;
/**
 * What a user may do for an agency at least, as the Broker's clients ask; the first is meant where nothing is
 * said.
 */
export const PERMISSION_LEVELS = ["reader", "writer", "submitter"] as const;
/** For which kind of data. */
export const PERMISSION_TYPES = ["mixed", "dabs", "fabs"] as const;

const OF_LEVEL: Record<(typeof PERMISSION_LEVELS)[number], readonly Permission[]> = {
  reader: PERMISSIONS,
  writer: ["writer", "submitter", "editfabs", "fabs"],
  submitter: ["submitter", "fabs"],
};
const OF_TYPE: Record<(typeof PERMISSION_TYPES)[number], readonly Permission[]> = {
  mixed: PERMISSIONS,
  dabs: ["reader", "writer", "submitter"],
  fabs: ["editfabs", "fabs"],
};

/** Which agencies a user has a permission of this level and type on; an administrator has every one. */
export function agenciesOf(
  user: User,
  { level, type }: { level: keyof typeof OF_LEVEL; type: keyof typeof OF_TYPE },
): (agencyCode: string) => boolean {
  const wanted = OF_LEVEL[level].filter((permission) => OF_TYPE[type].includes(permission));
  const own = new Set(
    user.affiliations.filter(({ permission }) => wanted.includes(permission)).map(({ agencyCode }) =>
      agencyCode
    ),
  );
  return (agencyCode) => user.isAdministrator || own.has(agencyCode);
}

/** Whether a user may see a job and fetch its file. */
export const maySeeJob = rules.see;
/** Whether a user may cancel a job. */
export const mayCancelJob = rules.cancel;

/** @throws {ServiceError} `permission_denied` where the user may not have files of the agency made */
export function requireAgencyAccess(user: User, agencyCode: string): void {
  if (!rules.useAgency(user, agencyCode)) {
    throw new ServiceError("permission_denied", {
      what: `generate files of agency ${agencyCode}`,
      agencyCode,
    });
  }
}

/** @throws {ServiceError} `permission_denied` where the user may not do this to the job */
export function requireJobAccess(user: User, job: OwnedJob, action: "see" | "cancel" = "see"): void {
  if (!rules[action](user, job)) {
    const { jobId, agencyCode } = job;
    throw new ServiceError("permission_denied", { what: `${action} job ${jobId}`, jobId, agencyCode });
  }
}
