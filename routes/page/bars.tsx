/** One bar: what it is of, how high it is, and its height as a person reads it. */
export interface Bar {
  label: string;
  value: number;
  text: string;
}

const WIDTH = 440, HEIGHT = 150;
/** Room for the scale at the left, and for the labels below. */
const LEFT = 52, BELOW = 20, ABOVE = 8;
const MOST_LABELS = 6;

/**
 * Bars of numbers, drawn here rather than in the browser; whoever does not see them, or wants the numbers,
 * has a table of the same.
 *
 * @param says what there is to see, in a sentence
 */
export function Bars({ caption, says, of, bars }: {
  caption: string;
  says: string;
  /** What the labels and the values are: the heads of the table's columns. */
  of: readonly [label: string, value: string];
  bars: readonly Bar[];
}) {
  const values = bars.map(({ value }) => value);
  const ticks = scale(Math.min(0, ...values), Math.max(0, ...values));
  const [least, most] = [ticks[0]!, ticks.at(-1)!];
  const y = (value: number) => ABOVE + (HEIGHT - ABOVE - BELOW) * (most - value) / (most - least || 1);
  const step = (WIDTH - LEFT) / Math.max(1, bars.length);
  const width = Math.min(40, Math.max(.6, step * .8));
  const every = Math.ceil(bars.length / MOST_LABELS);
  return (
    <figure class="plot">
      <figcaption>{caption}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={says}>
        {ticks.map((tick) => (
          <>
            <line class={tick === 0 ? "zero" : ""} x1={LEFT} x2={WIDTH} y1={at(y(tick))} y2={at(y(tick))} />
            <text x={LEFT - 6} y={at(y(tick) + 4)} text-anchor="end">{short(tick)}</text>
          </>
        ))}
        {bars.map(({ label, value, text }, i) => (
          <g>
            <title>{`${label}: ${text}`}</title>
            <rect
              class={value < 0 ? "negative" : "positive"}
              x={at(LEFT + step * i + (step - width) / 2)}
              y={at(Math.min(y(0), y(value)))}
              width={at(width)}
              // What is not nothing is seen.
              height={at(value === 0 ? 0 : Math.max(1, Math.abs(y(0) - y(value))))}
            />
          </g>
        ))}
        {bars.map(({ label }, i) =>
          i % every === 0 && (
            <text x={at(LEFT + step * (i + .5))} y={HEIGHT - 4} text-anchor="middle">{label}</text>
          )
        )}
      </svg>
      <details>
        <summary>{`${caption}, as a table`}</summary>
        <div class="scroll" tabindex={0} role="region" aria-label={caption}>
          <table>
            <thead>
              <tr>
                <th scope="col">{of[0]}</th>
                <th scope="col" class="number">{of[1]}</th>
              </tr>
            </thead>
            <tbody>
              {bars.map(({ label, text }) => (
                <tr>
                  <th scope="row">{label}</th>
                  <td class="number">{text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

const at = (value: number): string => String(Math.round(value * 10) / 10);

/** Two to five round numbers from at most the least value to at least the greatest. */
function scale(least: number, most: number): number[] {
  const range = most - least;
  if (range === 0) return [0, 1];
  const magnitude = 10 ** Math.floor(Math.log10(range / 3));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((step) => range / step <= 3.5)!;
  const first = Math.floor(least / step), last = Math.ceil(most / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** A number in little room: `1.2M`. */
const short = (value: number): string =>
  new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(value);
