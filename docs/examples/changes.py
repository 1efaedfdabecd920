"""Brings an earlier file up to date by what has changed since, with Python's standard library alone.

JOB is the job that the earlier file is from: URL=http://127.0.0.1:8000 TOKEN=... python3 changes.py JOB EARLIER.csv NEW.csv
"""

import csv
import io
import json
import os
import sys
import urllib.request

URL = os.environ.get("URL", "http://127.0.0.1:8000")
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Prefer": "wait=45"}
KEY, DAY = "ContractTransactionUniqueKey", "ActionDate"  # D1; D2's key is AssistanceTransactionUniqueKey

job, earlier_path, new_path = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = HEADERS if data is None else {**HEADERS, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers)) as response:
        return json.load(response)


def records(file):
    """Each record as it stands in a file, and its cells: a quoted cell may hold line ends."""
    text = ""
    for line in file:
        text += line
        if text.count('"') % 2 == 0:
            yield text, next(csv.reader([text]))
            text = ""


status = call(
    "/v1/generate_detached_file/",
    {"file_type": "D1", "cgac_code": "020", "start": "01/01/2016", "end": "03/31/2016", "since_job_id": job},
)
while status["status"] == "waiting":
    status = call(f"/v1/check_detached_generation_status/?job_id={status['job_id']}")
if status["status"] != "finished":
    raise SystemExit(f"{status['error_code']}: {status['message']}")

# newline="\n": every byte is to stay as it is.
with urllib.request.urlopen(status["url"]) as response:
    changes = records(io.TextIOWrapper(response, encoding="utf-8", newline="\n"))
    key = next(changes)[1].index(KEY)
    changes = [(text[len(cells[0]) + 1 :], cells[0], cells[key], cells) for text, cells in changes]
taken_out = {name for _, change, name, _ in changes if change != "added"}
with open(earlier_path, encoding="utf-8", newline="\n") as file:
    header, names = next(earlier := records(file))
    key, day = names.index(KEY), names.index(DAY)
    now = [(cells[day], cells[key].encode(), text) for text, cells in earlier if cells[key] not in taken_out]
now += [(cells[day + 1], name.encode(), text) for text, change, name, cells in changes if change != "removed"]
with open(new_path, "w", encoding="utf-8", newline="\n") as file:
    file.writelines([header, *(text for _, _, text in sorted(now))])
print(f"{new_path}: {len(now)} records; " + ", ".join(f"{n} {kind}" for kind, n in status["changes"].items()))
