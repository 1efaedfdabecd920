import { counted } from "../../lib/counted.ts";
import type { DayCoverage, PeriodCoverage } from "../../lib/coverage/coverage.ts";
import type { Expected } from "../../lib/coverage/estimate.ts";
import { usDay } from "../../lib/us_day.ts";
import { Bars } from "./bars.tsx";
import { periodName } from "./calendar_choices.ts";
import { formAddress, type FormValues } from "./form.ts";
import { number, sizeOf } from "./job_words.ts";
import type { Look } from "./look.ts";
import { durationOf, Moment } from "./moments.tsx";

const MOST_PERIODS = 24;

/** What there is to see of a file before it is asked for, beside the form. */
export function LookView({ look, values }: { look: Look | undefined; values: FormValues }) {
  if (!look) {
    return (
      <>
        <h2>What you will get</h2>
        <p>Choose a file and an agency: how much there is for them then stands here.</p>
      </>
    );
  }
  const { request, coverage, warnings } = look;
  return (
    <>
      <h2 data-says={request ? inWords(look) : ""}>{request ? "What you will get" : "What there is"}</h2>
      {request && <Figures look={look} />}
      {warnings.map(({ message }) => <p class="alert warning">{message}</p>)}
      {coverage?.countedBy === "day" && <ByDay coverage={coverage} look={look} values={values} />}
      {coverage?.countedBy === "period" && <ByPeriod coverage={coverage} look={look} />}
      {request && (
        <p>
          <button type="submit" form="request" name="do" value="records" class="quiet">
            Show the first records
          </button>
        </p>
      )}
    </>
  );
}

/** What is announced to whoever does not see it. */
const inWords = ({ records, expected, warnings }: Look): string =>
  [
    ...(records === null ? [] : [`${number(records)} ${records === 1 ? "record" : "records"}.`]),
    `Ready in ${readyIn(expected!)}.`,
    ...warnings.map(({ message }) => message),
  ].join(" ");

function Figures({ look: { records, expected } }: { look: Look }) {
  const { sizeEstimated } = expected!;
  return (
    <>
      <dl class="figures">
        {records !== null && <Figure name="Records" value={number(records)} />}
        {sizeEstimated !== null && <Figure name="Size, about" value={sizeOf(sizeEstimated)} />}
        <Figure name="Ready in" value={readyIn(expected!)} />
      </dl>
      {records === null && (
        <p>How many records it has is not known beforehand: they are worked out when the file is made.</p>
      )}
    </>
  );
}

const Figure = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

/** How long it takes, for a person; where nothing tells, files take seconds rather than minutes. */
const readyIn = ({ secondsEstimated }: Expected): string =>
  secondsEstimated === null ? "a few seconds" : `about ${durationOf(secondsEstimated)}`;

function ByDay({ coverage, look, values }: { coverage: DayCoverage; look: Look; values: FormValues }) {
  const { byMonth, records, firstDay, lastDay, sourceLastDay, loadedAt } = coverage;
  const all = firstDay && lastDay ? formAddress({ ...values, start: firstDay, end: lastDay }) : undefined;
  return (
    <>
      {records > 0 && (
        <Bars
          caption="Records by month"
          says={`${counted(records, "record")} from ${byMonth[0]!.month} to ${byMonth.at(-1)!.month}`}
          of={["Month", "Records"]}
          bars={byMonth.map(({ month, records }) => ({
            label: month,
            value: records,
            text: number(records),
          }))}
        />
      )}
      <dl class="facts">
        <dt>{`Loaded for ${look.agencyCode}`}</dt>
        <dd>
          {firstDay && lastDay
            ? (
              <>
                {`${usDay(firstDay)} to ${usDay(lastDay)} `}
                {!look.request && all && (
                  <a href={all} data-start={firstDay} data-end={lastDay}>Choose all of it</a>
                )}
              </>
            )
            : "nothing"}
        </dd>
        <dt>Newest of any agency</dt>
        <dd>{sourceLastDay ? usDay(sourceLastDay) : "nothing is loaded"}</dd>
        <dt>Last load</dt>
        <dd>{loadedAt ? <Moment at={loadedAt} /> : "never"}</dd>
      </dl>
    </>
  );
}

function ByPeriod({ coverage: { periods, loadedAt }, look }: { coverage: PeriodCoverage; look: Look }) {
  const takesSubmission = look.fileType.coverage!.takesSubmission ?? false;
  const last = Object.values(loadedAt).reduce((a, b) => (a && b ? (a > b ? a : b) : a ?? b), null);
  const caption = look.request ? "The period" : "Loaded periods";
  return (
    <>
      {periods.length > 0 && (
        <div class="scroll" tabindex={0} role="region" aria-label={caption}>
          <table>
            <caption>{caption}</caption>
            <thead>
              <tr>
                <th scope="col">Period</th>
                <th scope="col" class="number">Lines of all agencies</th>
                {takesSubmission && <th scope="col">Published submission</th>}
              </tr>
            </thead>
            <tbody>
              {periods.slice(0, MOST_PERIODS).map(({ year, period, rows, hasSubmission }) => (
                <tr>
                  <th scope="row">{periodName(year, period)}</th>
                  <td class="number">{number(rows)}</td>
                  {takesSubmission && <td>{hasSubmission ? "yes" : "no"}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <dl class="facts">
        <dt>Last load</dt>
        <dd>{last ? <Moment at={last} /> : "never"}</dd>
      </dl>
    </>
  );
}
