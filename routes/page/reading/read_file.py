# Reads a file with pandas, by the schema that the service gives of it:
# python3 read_file.py https://… D1 File-D1.csv
import json
import sys
from decimal import Decimal
from urllib.request import urlopen

import pandas

service, file_type, path = sys.argv[1:]
with urlopen(f"{service}/v1/columns/{file_type}?format=table-schema") as response:
    schema = json.load(response)

# All as text at first: codes keep their leading zeros, and "NA" stays what somebody wrote.
table = pandas.read_csv(path, dtype=str, keep_default_na=False, sep=schema["dialect"]["delimiter"])

for field in schema["fields"]:
    cells = table[field["name"]]
    if field["type"] in ("number", "integer"):
        # Decimals are exact; floating-point numbers are not.
        table[field["name"]] = [Decimal(cell) if cell else None for cell in cells]
    elif field["type"] == "date":
        table[field["name"]] = pandas.to_datetime(cells.where(cells != ""), format=field["format"])
    elif field["type"] == "boolean":
        table[field["name"]] = cells.map({"t": True, "f": False}).astype("boolean")

print(len(table), "records")
print(table["FederalActionObligation"].dropna().sum(), "obligated")
print(table["ActionDate"].min().date(), "is the first day")
