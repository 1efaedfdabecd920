import type { Preview } from "../../lib/files/preview.ts";
import type { FileType } from "../../lib/files/file_type.ts";
import { number } from "./job_words.ts";

/** The first records of a file, as a table: the columns that tell most, or all. */
export function RecordsView({ preview, fileType, all }: {
  preview: Preview;
  fileType: FileType;
  /** Whether all columns are shown. */
  all: boolean;
}) {
  const { elements, header, records } = preview;
  const telling = fileType.telling?.map((column) => elements.findIndex((one) => one.column === column));
  const shown = all || !telling ? elements.map((_, i) => i) : telling;
  const isNumber = (i: number) => /amount|obligation|_cpe$|_fyb$/.test(elements[i]!.column);
  return (
    <>
      <h2 id="records-heading" tabindex={-1}>
        {records.length === 0
          ? "There is no record"
          : records.length === 1
          ? "The only record"
          : `The first ${records.length} records`}
      </h2>
      {records.length > 0 && (
        <div class="scroll" tabindex={0} role="region" aria-labelledby="records-heading">
          <table class="dense">
            <thead>
              <tr>
                {shown.map((i) => <th scope="col" class={isNumber(i) ? "number" : ""}>{header[i]}</th>)}
              </tr>
            </thead>
            <tbody>
              {records.map((record) => (
                <tr>{shown.map((i) => <td class={isNumber(i) ? "number" : ""}>{record[i] ?? ""}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {records.length > 0 && shown.length < elements.length && (
        <p>
          <button type="submit" form="request" name="do" value="columns" class="quiet">
            {`Show all ${number(elements.length)} columns`}
          </button>
        </p>
      )}
    </>
  );
}
