import { usualRanges } from "./calendar_choices.ts";

/**
 * The usual ranges of days, of which the chosen one is marked; a link fills the form by its address, the
 * script does it in place.
 */
export function Ranges({ start, end, address }: {
  /** What is chosen, `YYYY-MM-DD`. */
  start: string;
  end: string;
  /** Where the form stands filled in with a range. */
  address: (range: { start: string; end: string }) => string;
}) {
  return (
    <ul class="presets" aria-label="Usual ranges">
      {usualRanges(new Date()).map(({ name, ...range }) => (
        <li>
          <a
            class="button quiet small"
            href={address(range)}
            data-start={range.start}
            data-end={range.end}
            {...(range.start === start && range.end === end && { "aria-current": "true" })}
          >
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}
