"""Asks for a file, waits for it, downloads it and checks it, with Python's standard library alone.

URL is the service, TOKEN an API token: URL=http://127.0.0.1:8000 TOKEN=... python3 generate.py
"""

import csv
import decimal
import hashlib
import json
import os
import shutil
import urllib.parse
import urllib.request

URL = os.environ.get("URL", "http://127.0.0.1:8000")
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Prefer": "wait=45"}


def call(path, body=None):
    """Sends a request and gives the status object; an error of the service is an HTTPError with a JSON body."""
    data = None if body is None else json.dumps(body).encode()
    headers = HEADERS if data is None else {**HEADERS, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers)) as response:
        return json.load(response)


status = call(
    "/v1/generate_detached_file/",
    {"file_type": "D1", "cgac_code": "020", "start": "01/01/2016", "end": "03/31/2016"},
)
while status["status"] == "waiting":
    print(f"job {status['job_id']}: {status['rows_written']} of about {status['rows_estimated']} records")
    status = call(f"/v1/check_detached_generation_status/?job_id={status['job_id']}")
for warning in status["warnings"]:
    print(f"warning: {warning['message']}")
if status["status"] != "finished":
    raise SystemExit(f"{status['error_code']}: {status['message']}")

name = os.path.basename(urllib.parse.urlparse(status["url"]).path)
with urllib.request.urlopen(status["url"]) as response, open(name, "wb") as file:
    shutil.copyfileobj(response, file)
with open(name, "rb") as file:
    assert hashlib.sha256(file.read()).hexdigest() == status["sha256"], "the file came damaged"

# The control totals are what the file adds up to, to the cent.
totals = call(f"/v1/generations/{status['job_id']}/totals")
decimal.getcontext().prec = 1000
records, amount = 0, decimal.Decimal(0)
with open(name, newline="", encoding="utf-8") as file:
    for record in csv.DictReader(file):
        records += 1
        amount += decimal.Decimal(record["FederalActionObligation"] or 0)
assert records == totals["records"] == status["rows"]
assert amount == decimal.Decimal(totals["amounts"]["FederalActionObligation"])
print(f"{name}: {records} records, {totals['distinct_awards']} awards, {amount}")
