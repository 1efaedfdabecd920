import { ServiceError } from "../errors.ts";
import type { User } from "./user.ts";

/** Any permission on an agency allows generating its files; administrators may for every agency (`api.md`). */
const mayUseAgency = (user: User, agencyCode: string): boolean =>
  user.isAdministrator || user.affiliations.some((affiliation) => affiliation.agencyCode === agencyCode);

/** @throws {ServiceError} `permission_denied` where the user may not have files of the agency */
export function requireAgencyAccess(user: User, agencyCode: string): void {
  if (!mayUseAgency(user, agencyCode)) {
    throw new ServiceError("permission_denied", { what: `generate files of agency ${agencyCode}` });
  }
}

/**
 * A job is for its owner, for users affiliated with its agency, and for administrators (`api.md`).
 *
 * @throws {ServiceError} `permission_denied` for everybody else
 */
export function requireJobAccess(
  user: User,
  job: { jobId: string; requestedBy: string; agencyCode: string },
): void {
  if (job.requestedBy !== user.name && !mayUseAgency(user, job.agencyCode)) {
    throw new ServiceError("permission_denied", { what: `see job ${job.jobId}` });
  }
}
