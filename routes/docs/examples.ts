/** Requests that every installation with the sample data can answer. */
export const EXAMPLES = {
  D1: { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" },
  D2: {
    file_type: "D2",
    cgac_code: "012",
    start: "10/01/2015",
    end: "09/30/2016",
    agency_type: "funding",
    file_format: "txt",
    compression: "gzip",
  },
  A: { file_type: "A", cgac_code: "020", year: 2017, period: 6 },
  BOC: { file_type: "BOC", cgac_code: "020", year: 2021, period: 6 },
};
