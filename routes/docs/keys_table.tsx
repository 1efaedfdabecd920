import { z } from "zod";
import { Prose } from "./prose.tsx";

interface Described {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  const?: string;
  default?: unknown;
  description?: string;
  anyOf?: Described[];
  items?: Described;
  properties?: Record<string, Described>;
  additionalProperties?: Described | boolean;
  required?: string[];
  $defs?: Record<string, Described>;
}

interface Key {
  name: string;
  type: string;
  isRequired: boolean;
  schema: Described;
}

/** What a schema's keys are; one that is one of several things has a table for each. */
export function KeysTable(
  { caption, schema, io }: { caption: string; schema: z.ZodType; io: "input" | "output" },
) {
  const described = z.toJSONSchema(schema, { io }) as unknown as Described;
  const definitions = described.$defs ?? {};
  const alternatives = (described.anyOf ?? [described]).map((one) => resolved(one, definitions));
  return (
    <>
      {alternatives.map((one, i) => (
        <div class="scroll" tabindex={0}>
          <table class="keys">
            <caption>
              {alternatives.length === 1 ? caption : `${caption}, ${i === 0 ? "or" : "else"}`}
            </caption>
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Type</th>
                <th scope="col">What it is</th>
              </tr>
            </thead>
            <tbody>
              {keysOf(one, definitions).map((key) => (
                <tr>
                  <th scope="row">
                    <code>{key.name}</code>
                  </th>
                  <td>{key.type}</td>
                  <td>
                    <Prose text={whatItIs(key, io)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ))}
    </>
  );
}

function resolved(schema: Described, definitions: Record<string, Described>): Described {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...rest } = schema;
  return { ...definitions[$ref.replace("#/$defs/", "")], ...rest };
}

/** The keys of an object, those of objects in it behind them, as `by_month[].month`. */
function keysOf(object: Described, definitions: Record<string, Described>, prefix = ""): Key[] {
  return Object.entries(object.properties ?? {}).flatMap(([key, value]) => {
    const schema = resolved(value, definitions);
    const name = prefix + key;
    const items = schema.items && resolved(schema.items, definitions);
    return [
      {
        name,
        type: typeOf(schema, definitions),
        isRequired: object.required?.includes(key) ?? false,
        schema,
      },
      ...keysOf(schema, definitions, `${name}.`),
      ...(items ? keysOf(items, definitions, `${name}[].`) : []),
    ];
  });
}

function typeOf(of: Described, definitions: Record<string, Described>): string {
  const schema = resolved(of, definitions);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(", ");
  if (schema.anyOf) return [...new Set(schema.anyOf.map((one) => typeOf(one, definitions)))].join(" or ");
  if (schema.items) return `list of ${typeOf(schema.items, definitions)}`;
  return [schema.type ?? "anything"].flat().join(" or ");
}

const whatItIs = ({ isRequired, schema }: Key, io: "input" | "output"): string =>
  [
    io === "input" && isRequired ? "required" : "",
    schema.default === undefined ? "" : `default ${JSON.stringify(schema.default)}`,
    schema.description ?? "",
  ].filter(Boolean).join("; ");
