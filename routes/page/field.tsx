import type { Child } from "hono/jsx";

/** What a field's input needs to be known by its label, its hint and its error. */
export type Described = Record<string, string>;

/** A field with its label, and what is wrong with it. */
export function Field({ name, label, hint, error, children }: {
  name: string;
  label: string;
  hint?: string;
  error?: string | undefined;
  children: (described: Described) => Child;
}) {
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={name} id={`${name}-label`}>{label}</label>
      {hint && <p id={`${name}-hint`} class="hint">{hint}</p>}
      {error && <p id={`${name}-error`} class="error">{error}</p>}
      {children({
        id: name,
        name,
        ...(described && { "aria-describedby": described }),
        ...(error && { "aria-invalid": "true" }),
      })}
    </div>
  );
}

/** One of a few words, with a default. */
export function Choice({ name, label, options, value }: {
  name: string;
  label: string;
  options: readonly [string, string][];
  value: string;
}) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map(([option, text]) => <option value={option} selected={option === value}>{text}</option>)}
      </select>
    </div>
  );
}
