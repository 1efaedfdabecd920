"""Looks what is loaded for a file before it is asked for, with Python's standard library alone.

URL is the service, TOKEN an API token: URL=http://127.0.0.1:8000 TOKEN=... python3 coverage.py
"""

import json
import os
import sys
import urllib.parse
import urllib.request

URL = os.environ.get("URL", "http://127.0.0.1:8000")
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}"}


def coverage(**query):
    """What is loaded for the file that a request with these keys would ask for."""
    path = f"{URL}/v1/coverage/?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(urllib.request.Request(path, headers=HEADERS)) as response:
        return json.load(response)


contracts = coverage(file_type="D1", cgac_code="020", start="12/01/2015", end="03/31/2016")
for month in contracts["by_month"]:
    print(month["month"], month["records"])
print(f"{contracts['records']} records; the newest is of {contracts['last_action_date']}")
assert sum(month["records"] for month in contracts["by_month"]) == contracts["records"]

accounts = coverage(file_type="A", cgac_code="020")
for period in accounts["periods"]:
    print(f"fiscal year {period['year']}, period {period['period']}: loaded {period['loaded_at']}")
for warning in contracts["warnings"] + accounts["warnings"]:
    print(f"{warning['code']}: {warning['message']}", file=sys.stderr)
