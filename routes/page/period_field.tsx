import { begunPeriods, hasBegun, periodName } from "./calendar_choices.ts";
import { Field } from "./field.tsx";

/** A fiscal year and period in one field, of those that have begun. */
export function PeriodField({ values, error }: {
  values: { year: string; period: string };
  error: string | undefined;
}) {
  const chosen = `${values.year}-${values.period}`;
  const today = new Date();
  const years = begunPeriods(today);
  const [year, period] = [Number(values.year), Number(values.period)];
  // Of years that the list has not.
  const isOlder = year >= 1000 && year < years.at(-1)!.year && period >= 2 && period <= 12;
  return (
    <Field name="period" label="Fiscal year and period" error={error}>
      {(described) => (
        <select {...described}>
          <option value="">Choose a period</option>
          {isOlder && hasBegun(year, period, today) && (
            <option value={chosen} selected>{periodName(year, period)}</option>
          )}
          {years.map(({ year, periods }) => (
            <optgroup label={`Fiscal year ${year}`}>
              {periods.map(({ period, name }) => (
                <option value={`${year}-${period}`} selected={chosen === `${year}-${period}`}>{name}</option>
              ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}
