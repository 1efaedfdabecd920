import type { Hono, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { z } from "zod";

/** The groups of routes, with what each is about. */
export const TAGS = {
  files: "Asking for files, watching them come, fetching them",
  agencies: "Which agencies there are, and which are yours",
  service: "How the service and its data are",
};

/** One of the groups. */
export type Tag = keyof typeof TAGS;

/** A request header or a part of a path, with what it is for. */
export interface Parameter {
  description: string;
  /** Absent for any text. */
  schema?: z.ZodType;
}

/** What a route responds with where all goes well. */
export interface Responses {
  status?: number;
  description?: string;
  /** What it may be, where it is no JSON. */
  mediaTypes?: readonly string[];
  /** What its JSON is; named by its `id`. */
  schema?: z.ZodType;
  /** The headers that it may have, with what each says. */
  headers?: Record<string, string>;
}

/** What one handler of a route has to say of it. */
export interface OperationPart {
  /** Unique; what generated clients call the route. */
  id?: string;
  summary?: string;
  description?: string;
  /** The group that it stands in. */
  tag?: Tag;
  /** Only for whoever has signed in. */
  isSignedIn?: boolean;
  /** The parameters in its path. */
  path?: Record<string, Parameter>;
  query?: z.ZodObject;
  /** The request headers that change the response. */
  headers?: Record<string, string>;
  body?: z.ZodType;
  /** What is sent as multipart/form-data; named by its `id`. */
  form?: z.ZodType;
  responses?: readonly Responses[];
  /** The statuses of the errors that it may be responded to with. */
  errors?: readonly number[];
}

/** A route as its handlers describe it together. */
export interface Operation extends OperationPart {
  id: string;
  summary: string;
  description: string;
  tag: Tag;
  method: "get" | "post" | "delete";
  /** As OpenAPI writes it, with the names of parameters in braces. */
  url: string;
  path: Record<string, Parameter>;
  headers: Record<string, string>;
  responses: readonly Responses[];
  errors: readonly number[];
}

const parts = new WeakMap<object, OperationPart>();

/** Lets a middleware say what it adds to the description of every route that it is a part of. */
export function describes<Handler extends MiddlewareHandler>(part: OperationPart, handler: Handler): Handler {
  parts.set(handler, part);
  return handler;
}

/**
 * Says of a route what none of its middlewares can: it does nothing else. Stands in the route's own line, so
 * that path, schemas, rules and summary are said once, where the route is.
 */
export const operation = (
  part: OperationPart & Required<Pick<OperationPart, "id" | "summary" | "description" | "tag">>,
) => describes(part, createMiddleware(async (_c, next) => await next()));

/** Every route of an app that has an `operation`, in the order in which they were declared. */
export function operationsOf({ routes }: Hono): Operation[] {
  const byRoute = Map.groupBy(routes, ({ method, path }) => `${method} ${path}`);
  return [...byRoute.values()].flatMap((entries) => {
    const said = entries.flatMap(({ handler }) => parts.get(handler) ?? []);
    const { method, path } = entries[0]!;
    return said.some(({ id }) => id !== undefined) ? [merged(method, path, said)] : [];
  });
}

function merged(method: string, path: string, said: readonly OperationPart[]): Operation {
  const all = Object.assign({}, ...said) as Required<OperationPart>;
  return {
    ...all,
    method: method.toLowerCase() as Operation["method"],
    url: openApiPath(path),
    path: Object.assign({}, ...said.map(({ path }) => path)),
    headers: Object.assign({}, ...said.map(({ headers }) => headers)),
    responses: said.flatMap(({ responses = [] }) => responses),
    errors: [...new Set(said.flatMap(({ errors = [] }) => errors))].sort(),
  };
}

/** `/v1/generations/:job_id{[0-9]+}/events` as `/v1/generations/{job_id}/events`; `*` is called `{key}`. */
export const openApiPath = (path: string): string =>
  path.replace(/:(\w+)(\{.*?\}(?=\/|$))?/g, "{$1}").replace(/\*$/, "{key}");
