import config from "../deno.json" with { type: "json" };

/** This release, as `deno.json` names it (Semantic Versioning 2.0.0). */
export const version: string = config.version;
