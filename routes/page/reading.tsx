import pandas from "./reading/read_file.py" with { type: "text" };
import r from "./reading/read_file.R" with { type: "text" };
import duckdb from "./reading/read_file.sql" with { type: "text" };
import excel from "./reading/read_file.pq" with { type: "text" };

const WAYS = { "Python (pandas)": pandas, R: r, DuckDB: duckdb, "Excel (Power Query)": excel };

/** Programs that read a file rightly, as they can be copied. */
export function Reading() {
  return (
    <>
      <h2 id="reading">Reading a file</h2>
      <p>
        Most programs guess what a column is by its first values, and take codes for numbers and “NA” for
        nothing. Each of these reads all as text, and then makes numbers and days of the columns that are.
      </p>
      {Object.entries(WAYS).map(([name, text]) => (
        <>
          <h3>{name}</h3>
          <pre tabindex={0} role="region" aria-label={name}><code>{text.trimEnd()}</code></pre>
        </>
      ))}
    </>
  );
}
