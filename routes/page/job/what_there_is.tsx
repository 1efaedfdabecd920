import { counted } from "../../../lib/counted.ts";
import type { DayCoverage, PeriodCoverage } from "../../../lib/coverage/coverage.ts";
import { usDay } from "../../../lib/us_day.ts";
import { Bars } from "../bars.tsx";
import { periodName } from "../calendar_choices.ts";
import { number } from "../job_words.ts";
import { type AnyRequest, formAddress } from "./request_words.ts";

/** So many periods are named. */
const MOST_PERIODS = 12;

/** A file without a record: that nothing matched, and what there is. */
export function WhatThereIs({ request, coverage }: {
  request: AnyRequest;
  /** Of all that is loaded for the agency, whatever the days. */
  coverage: DayCoverage | PeriodCoverage;
}) {
  return (
    <section class="alert warning" aria-labelledby="empty">
      <h2 id="empty">Nothing matched</h2>
      {coverage.countedBy === "day"
        ? <Days request={request} coverage={coverage} />
        : <Periods request={request} coverage={coverage} />}
    </section>
  );
}

function Days({ request, coverage }: { request: AnyRequest; coverage: DayCoverage }) {
  const { records, firstDay, lastDay, byMonth, sourceFirstDay, sourceLastDay } = coverage;
  const { file_type, agency_code, agency_type } = request;
  if (!firstDay || !lastDay) {
    return (
      <p>
        {`There is no ${file_type} record with ${agency_code} as the ${agency_type} agency at all. `}
        {sourceFirstDay && sourceLastDay
          ? `Those of other agencies are loaded from ${usDay(sourceFirstDay)} to ${usDay(sourceLastDay)}.`
          : "Nothing is loaded for any agency yet."}
      </p>
    );
  }
  return (
    <>
      <p>
        {`No record of these days has ${agency_code} as its ${agency_type} agency. There ${
          records === 1 ? "is" : "are"
        } ${number(records)}, ` +
          `from ${usDay(firstDay)} to ${usDay(lastDay)}.`}
      </p>
      <p>
        <a href={formAddress({ ...request, start: firstDay, end: lastDay })}>Ask for those days</a>
      </p>
      <Bars
        caption="Records by month"
        says={`Records of ${counted(byMonth.length, "month")}, ${byMonth[0]!.month} to ${
          byMonth.at(-1)!.month
        }`}
        of={["Month", "Records"]}
        bars={byMonth.map(({ month, records }) => ({ label: month, value: records, text: number(records) }))}
      />
    </>
  );
}

function Periods({ request, coverage: { periods } }: { request: AnyRequest; coverage: PeriodCoverage }) {
  if (periods.length === 0) return <p>None of the data that the file is made of is loaded yet.</p>;
  return (
    <>
      <p>
        {`No account of the agency has data in ${periodName(request.year!, request.period!)}. ` +
          "What is loaded, of all agencies:"}
      </p>
      <ul>
        {periods.slice(0, MOST_PERIODS).map(({ year, period, rows }) => (
          <li>
            <a href={formAddress({ ...request, year, period })}>{periodName(year, period)}</a>
            {`: ${number(rows)} ${rows === 1 ? "line" : "lines"}`}
          </li>
        ))}
      </ul>
    </>
  );
}
