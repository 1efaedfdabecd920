"""Sends a File C, waits, and downloads what differs from D1 and D2, with Python's standard library alone.

URL is the service, TOKEN an API token: URL=http://127.0.0.1:8000 TOKEN=... python3 reconcile.py my_c.csv
"""

import csv
import hashlib
import json
import os
import sys
import urllib.request
import uuid

URL = os.environ.get("URL", "http://127.0.0.1:8000")
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Prefer": "wait=45"}
FIELDS = {"kind": "C", "cgac_code": "020", "start": "01/01/2016", "end": "03/31/2016"}


def form(path, boundary):
    """The form as it is sent, piece by piece: the fields, and then the file, which is never whole in memory."""
    for name, value in FIELDS.items():
        yield f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="my_c.csv"'
    yield f"{head}\r\nContent-Type: text/csv\r\n\r\n".encode()
    with open(path, "rb") as file:
        while piece := file.read(65536):
            yield piece
    yield f"\r\n--{boundary}--\r\n".encode()


def call(path, headers, data=None):
    """Sends a request and gives the status object; an error of the service is an HTTPError with a JSON body."""
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, {**HEADERS, **headers})) as response:
        return json.load(response)


boundary = uuid.uuid4().hex
status = call(
    "/v1/reconciliations/",
    {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": boundary},
    form(sys.argv[1], boundary),
)
while status["status"] == "waiting":
    status = call(f"/v1/check_detached_generation_status/?job_id={status['job_id']}", {})
if status["status"] != "finished":
    raise SystemExit(f"{status['error_code']}: {status['message']}")

with urllib.request.urlopen(status["url"]) as response:
    content = response.read()
assert hashlib.sha256(content).hexdigest() == status["sha256"], "the differences came damaged"
for rule, count in status["findings"].items():
    print(f"{rule}: {count}")
for line in csv.DictReader(content.decode("utf-8").splitlines()):
    print(line["Rule"], line["RowNumber"], line["PIID"] or line["FAIN"] or line["URI"], line["Explanation"])
