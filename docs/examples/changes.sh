#!/bin/sh
# Asks for what has changed since the file of an earlier job, and downloads it: sh changes.sh JOB. Needs curl.
# URL is the service, TOKEN an API token; the rest of the body is that of the earlier job.
set -eu
: "${URL:=http://127.0.0.1:8000}"

status=$(curl -fsS "$URL/v1/generate_detached_file/" \
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -H "Prefer: wait=45" \
  -d '{"file_type": "D1", "cgac_code": "020", "start": "01/01/2016", "end": "03/31/2016", "since_job_id": '"$1"'}')
link=$(echo "$status" | sed -n 's/.*"url":"\(http[^"]*\)".*/\1/p')
[ "$link" ] || { echo "$status" >&2; exit 1; }
curl -fsSL -o "$(basename "${link%%\?*}")" "$link"
echo "$status" | sed -n 's/.*"changes":{\([^}]*\)}.*/\1/p'
