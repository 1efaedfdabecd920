/** What a user may do for an agency (`api.md`): reader < writer < submitter; editfabs < fabs. */
export type Permission = "reader" | "writer" | "submitter" | "editfabs" | "fabs";

/** Somebody who has signed in. */
export interface User {
  name: string;
  /** A website administrator may do everything for every agency. */
  isAdministrator: boolean;
  affiliations: { agencyCode: string; permission: Permission }[];
}
