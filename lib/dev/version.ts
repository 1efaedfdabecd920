/**
 * Run before each task, with no configuration, so that every Deno understands it: one that is too old for the
 * permission sets of `deno.json` stops here with a sentence.
 */
const [major, minor] = Deno.version.deno.split(".").map(Number) as [number, number];
if (major !== 2 || minor < 9) {
  // deno-lint-ignore no-console -- a command's complaint goes to standard error
  console.error(
    `This needs Deno 2.9 or a later 2.x; this is ${Deno.version.deno}. Run \`deno upgrade\`, or put ` +
      "`npx -y deno@2.9.6` in the place of `deno`.",
  );
  Deno.exit(2);
}
