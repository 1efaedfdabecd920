/** A text in which what stands in backticks is code. */
export const Prose = ({ text }: { text: string }) => (
  <>{text.split("`").map((part, i) => i % 2 === 0 ? part : <code>{part}</code>)}</>
);
