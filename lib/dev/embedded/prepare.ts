/**
 * The process that lays out the programs of Postgres; started by `embed.ts`, which decides what it may do.
 */
import { layOutPrograms } from "./binaries.ts";
import { embeddedFolder, makeFolder } from "./folder.ts";
import { tell, tellError } from "./messages.ts";
import { serviceUser } from "./service_user.ts";

try {
  const folder = await embeddedFolder(Deno.cwd());
  await makeFolder(folder, await serviceUser());
  tell({ prepared: { folder, version: await layOutPrograms(folder) } });
} catch (error) {
  tellError(error);
}
