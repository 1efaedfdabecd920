import type { Config } from "../config.ts";
import { LocalStore } from "./local.ts";
import type { FileStore } from "./store.ts";

/** The store that the settings choose: a local folder. */
export function openStore(config: Config): FileStore {
  return new LocalStore({
    dir: config.STORAGE_DIR,
    publicUrl: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
    signingSecret: config.URL_SIGNING_SECRET,
  });
}
