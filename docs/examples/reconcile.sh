#!/bin/sh
# Sends a File C, waits, and downloads what differs from D1 and D2: ./reconcile.sh my_c.csv. Needs curl.
# URL is the service, TOKEN an API token.
set -eu
: "${URL:=http://127.0.0.1:8000}"

field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

# The fields come before the file, so that what is wrong with them is said before it was sent.
status=$(curl -fsS "$URL/v1/reconciliations/" -H "Authorization: Bearer $TOKEN" -H "Prefer: wait=45" \
  -F kind=C -F cgac_code=020 -F start=01/01/2016 -F end=03/31/2016 -F "file=@$1")
job=$(echo "$status" | field job_id)
while [ "$(echo "$status" | field status)" = waiting ]; do
  status=$(curl -fsS "$URL/v1/check_detached_generation_status/?job_id=$job" \
    -H "Authorization: Bearer $TOKEN" -H "Prefer: wait=45")
done
[ "$(echo "$status" | field status)" = finished ] || { echo "$status" >&2; exit 1; }

curl -fsSL -o differences.csv "$(echo "$status" | sed 's/.*"url":"\([^"]*\)".*/\1/')"
echo "$status" | sed 's/.*"findings":{\([^}]*\)}.*/\1/' | tr , '\n'
