#!/usr/bin/env bash
# GET of a report: tests/smoke/report.sh BASE_URL
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
BASE=${1:?usage: $0 BASE_URL}

today=$(TZ=Asia/Seoul date +%F)
report ''
same 'no date, no mode: 200' 200 "$status"
same 'no mode means offline' offline "$(body .meta.mode)"
same 'no date means today (KST)' "$today" "$(body 'if .meta.is_stale then .meta.requested_as_of else .meta.as_of end')"
check 'there is an array of counterparties' jq -e '.counterparties | type == "array"' "$body_file"
check 'meta says when and from what it was made' \
    jq -e '.meta | .report_id == "counterparty-risk-daily" and .generated_at and .db_version and .db_signature and .job_run_id' "$body_file"

report '?mode=online'
same 'mode=online: 200' '200 online' "$status $(body .meta.mode)"

report '?date=2026-01-10'
same 'a date of one'\''s own: 200' '200 2026-01-10' \
    "$status $(body 'if .meta.is_stale then .meta.requested_as_of else .meta.as_of end')"
report '?date=2026%2D01%2D10&other=%zz'
same 'percent-encoded date, unknown parameter' 200 "$status"

report '?date=2026-01-10'
etag=$(header ETag)
source_name=$(header X-Report-Source)
length=$(header Content-Length)
check 'X-Report-Source is hit, generated or stale' grep -qE '^(hit|generated|stale)$' <<<"$source_name"
check 'X-Request-Id is there' test -n "$(header X-Request-Id)"
if [[ $source_name != stale ]]; then
    same 'Cache-Control: no-cache' no-cache "$(header Cache-Control)"
    check 'the ETag is weak' grep -q '^W/"' <<<"$etag"
    report '?date=2026-01-10' -H "If-None-Match: $etag"
    same 'If-None-Match: 304 without a body, same ETag' "304 0 $etag" "$status $(stat -c %s "$body_file") $(header ETag)"
fi
report '?date=2026-01-10' --head
same 'HEAD: 200 with the length of the body' "200 $length" "$status $(header Content-Length)"

report '?date=2026-01-10' -H 'Accept-Encoding: gzip'
same 'gzip for who accepts it, with Vary' 'gzip Accept-Encoding, Accept' "$(header Content-Encoding) $(header Vary)"
gunzip -c <"$body_file" >"$work_dir/unzipped"
report '?date=2026-01-10'
check 'gunzipped, it is the same document' cmp "$work_dir/unzipped" "$body_file"
finish
