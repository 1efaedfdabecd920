#!/bin/sh
# Looks what is loaded for a file before it is asked for: how many records, month by month, and what there is to warn of. Needs curl.
# URL is the service, TOKEN an API token.
set -eu
: "${URL:=http://127.0.0.1:8000}"

coverage=$(curl -fsS -G "$URL/v1/coverage/" -H "Authorization: Bearer $TOKEN" \
  -d file_type=D1 -d cgac_code=020 -d start=12/01/2015 -d end=03/31/2016)
echo "$coverage" | tr '{' '\n' | sed -n 's/^"month":"\([^"]*\)","records":\([0-9]*\)}.*/\1 \2/p'
echo "$coverage" | sed 's/.*"records":\([0-9]*\),"by_month".*/\1 records/'
echo "$coverage" | grep -o '"message":"[^"]*"' >&2 || true
