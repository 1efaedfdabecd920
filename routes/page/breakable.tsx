/** A long name that may break where its words begin: behind `_` and `.`, and before a capital. */
export const Breakable = ({ name }: { name: string }) => (
  <>
    {name.split(/(?<=[_.])(?=.)|(?<=[a-z])(?=[A-Z])/).map((part, i) => (
      <>
        {i > 0 && <wbr />}
        {part}
      </>
    ))}
  </>
);
