#!/bin/sh
# Asks for a file, waits for it, downloads it under its own name and checks it. Needs curl and sha256sum.
# URL is the service, TOKEN an API token.
set -eu
: "${URL:=http://127.0.0.1:8000}"

field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

status=$(curl -fsS "$URL/v1/generate_detached_file/" \
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -H "Prefer: wait=45" \
  -d '{"file_type": "D1", "cgac_code": "020", "start": "01/01/2016", "end": "03/31/2016"}')
job=$(echo "$status" | field job_id)
while [ "$(echo "$status" | field status)" = waiting ]; do
  status=$(curl -fsS "$URL/v1/check_detached_generation_status/?job_id=$job" \
    -H "Authorization: Bearer $TOKEN" -H "Prefer: wait=45")
done
[ "$(echo "$status" | field status)" = finished ] || { echo "$status" >&2; exit 1; }

# -C - goes on with a download that was interrupted.
link=$(echo "$status" | sed 's/.*"url":"\([^"]*\)".*/\1/')
name=$(basename "${link%%\?*}")
curl -fsSL -o "$name" "$link"
echo "$(echo "$status" | field sha256)  $name" | sha256sum -c

# What its records come to: the control totals.
curl -fsS "$URL/v1/generations/$job/totals" -H "Authorization: Bearer $TOKEN"
