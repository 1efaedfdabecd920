import assert from "node:assert/strict";
import { fileNameOf, requestBody } from "../../lib/files/registry.ts";

const named: [body: Record<string, unknown>, name: string][] = [
  [
    { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" },
    "File-D1_20160101_20160331_awarding_1480000000.csv",
  ],
  [
    {
      file_type: "D2",
      frec_code: "1601",
      start: "02/29/2016",
      end: "02/29/2016",
      agency_type: "funding",
      file_format: "txt",
    },
    "File-D2_20160229_20160229_funding_1480000000.txt",
  ],
  [{ file_type: "A", cgac_code: "020", year: 2021, period: 6 }, "File-A_FY21P06_1480000000.csv"],
  [
    { file_type: "A", cgac_code: "020", year: 2021, period: 6, compression: "gzip" },
    "File-A_FY21P06_1480000000.csv.gz",
  ],
  [{ file_type: "A", cgac_code: "020", year: 2017, period: 2 }, "File-A_FY17P01-P02_1480000000.csv"],
  [
    { file_type: "BOC", cgac_code: "097", year: 2017, period: 6 },
    "GTAS-Comparison-Report_FY17P06_CGAC-097_1480000000.csv",
  ],
  [
    { file_type: "BOC", cgac_code: "097", frec_code: "1601", year: 2023, period: 2, compression: "gzip" },
    "GTAS-Comparison-Report_FY23P01-P02_FREC-1601_1480000000.csv.gz",
  ],
];
for (const [body, name] of named) {
  Deno.test(`a file is named ${name}`, () => {
    const request = requestBody.parse(body);
    assert.equal(fileNameOf(request, 1480000000), name);
  });
}
