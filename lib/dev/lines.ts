/** Splits text that arrives in pieces into its lines, without their LF; a rest without one is a line too. */
export function lines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      for (const line of parts) controller.enqueue(line);
    },
    flush(controller) {
      if (rest) controller.enqueue(rest);
    },
  });
}

/** The lines of a process's output, as they come. */
export const linesOf = (stream: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> =>
  stream.pipeThrough(new TextDecoderStream()).pipeThrough(lines());
