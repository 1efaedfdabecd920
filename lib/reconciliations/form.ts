import { z } from "zod";
import { ServiceError } from "../errors.ts";
import { shapeOf, unknownKeys } from "../files/body_shape.ts";
import type { FileRequest } from "../files/file_type.ts";
import { reconciliations } from "../files/registry.ts";
import { mustBe } from "../files/request_fields.ts";

/** What is sent to be reconciled, by its `kind`: the file type without its ending. */
const kinds = new Map(reconciliations.map((fileType) => [fileType.code.replace(/-DIFF$/, ""), fileType]));
const kindNames = [...kinds.keys()] as [string, ...string[]];
const oneOfThem = mustBe("kind", kindNames.map((kind) => `"${kind}"`).join(" or "));

/** The fields of a form by which a file of each kind is sent. */
const shapes = reconciliations.map(({ body }) => {
  const { file_type: _, ...fields } = shapeOf(body);
  return z.object(fields).partial().shape;
});

/** The form by which a file is sent to be reconciled (`docs/api.md`), as it is described. */
export const reconciliationForm = z.object({
  kind: z.enum(kindNames).meta({ description: "what the file is: a File C, or a File A" }),
  ...Object.assign({}, ...shapes) as Record<string, z.ZodType>,
  file: z.string().meta({
    description:
      "the file itself, CSV in UTF-8; best behind the fields, so that what is wrong with those is said at once",
    contentMediaType: "text/csv",
  }),
}).meta({ id: "ReconciliationForm" });

const KNOWN = new Set(Object.keys(reconciliationForm.shape));

/** The fields of a form that no kind has, as they are named to whoever has sent them. */
export const ignoredFields = (fields: Record<string, string>): string[] => unknownKeys(fields, KNOWN);

/** The file type that a form's field `kind` means; undefined where that is not there (yet) or wrong. */
export const fileTypeOfKind = ({ kind }: Record<string, string>): string | undefined =>
  kind === undefined ? undefined : kinds.get(kind)?.code;

/**
 * The request that the text fields of a form make, in its canonical form; fields that are empty count as
 * absent.
 *
 * @throws {ServiceError} `invalid_request`, with all that is wrong
 */
export function requestOfFields(fields: Record<string, string>): FileRequest {
  const { kind, ...others } = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
  const fileType = kinds.get(kind ?? "");
  if (!fileType) {
    const message = oneOfThem({ input: kind });
    throw new ServiceError("invalid_request", { issues: [{ field: "kind", message }] });
  }
  const { data, error } = fileType.body.safeParse({ ...others, file_type: fileType.code });
  if (data) return data;
  throw new ServiceError("invalid_request", {
    issues: error!.issues.map(({ path, message }) => ({ field: path.join("."), message })),
  });
}
