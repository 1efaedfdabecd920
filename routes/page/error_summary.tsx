/** Everything that is wrong with a form, above it, each leading to its field. */
export function ErrorSummary({ errors, placeOf = (name) => name }: {
  /** By the field's name, in the form's order. */
  errors: Readonly<Partial<Record<string, string>>>;
  /** The ID of what a field's error leads to. */
  placeOf?: (name: string) => string;
}) {
  const wrong = Object.entries(errors);
  if (wrong.length === 0) return null;
  return (
    <div class="summary" role="alert" tabindex={-1} autofocus id="errors">
      <h2>There is a problem</h2>
      <ul>
        {wrong.map(([name, message]) => (
          <li>
            <a href={`#${placeOf(name)}`}>{message}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
