#!/usr/bin/env bash
# What is refused, and how: tests/smoke/errors.sh BASE_URL
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
BASE=${1:?usage: $0 BASE_URL}

for date in 2023-02-29 2026-02-30 2026-1-1 20260119 2026-W04-1 2026-01-19T00:00:00 '2026-01-19%00' '2026-01-19%0a' ../x \
    ٢٠٢٦-٠١-١٩ '' '%20' 0000-01-01 10000-01-01; do
    report "?date=$date"
    is_problem "date=$date" 400 INVALID_DATE
    check "date=$date: the detail says what is right" grep -q 'YYYY-MM-DD\|between 0001-01-01 and 9999-12-31' "$body_file"
done
for mode in '' OFFLINE offline,online all 'offline%00'; do
    report "?mode=$mode"
    is_problem "mode=$mode" 400 INVALID_MODE
done
report '?date=2026-01-10&date=2026-01-10'
is_problem 'a repeated date' 400 INVALID_QUERY
report '?mode=offline&mode=offline'
is_problem 'a repeated mode' 400 INVALID_QUERY
report '?date=2026-01-1%g0'
is_problem 'a date that cannot be decoded' 400 INVALID_QUERY
report "?x=$(printf 'a%.0s' {1..3000})"
is_problem 'a query string of 3,000 bytes' 414 URI_TOO_LONG
report "?x=$(printf 'a%.0s' {1..40000})"
if [[ $BASE == https:* && $status == 000 ]]; then
    pass 'one of 40,000: over HTTP/2 the connection is ended'
else
    is_problem 'one of 40,000' 414 URI_TOO_LONG
fi

report '/status?mode=all'
is_problem 'status of a mode that is not' 400 INVALID_MODE
report '/nothing'
is_problem 'an unknown path' 404 NOT_FOUND
get /
check 'the root is not an open folder' test "$status" != 403
for path in /report_cache/status.json /report_cache/2026-01-10.json /status.json /.counterparty_risk.lock /.git/config \
    "$API/../../../report_cache/status.json" "$API/%2e%2e/%2e%2e/%2e%2e/report_cache/status.json" \
    /%2e%2e/%2e%2e/etc/passwd "$API/"; do
    get "$path"
    check "$path cannot be fetched (404 or 400)" test "$status" = 404 -o "$status" = 400
done

report '' -X DELETE
is_problem 'DELETE of a report' 405 METHOD_NOT_ALLOWED
same 'Allow says what is right' 'GET, HEAD' "$(header Allow)"
report /recompute
is_problem 'GET of recompute' 405 METHOD_NOT_ALLOWED
same 'Allow says POST' POST "$(header Allow)"
report /status -X POST -d ''
is_problem 'POST of status' 405 METHOD_NOT_ALLOWED
head -c 20000 /dev/zero >"$work_dir/zeros"
report /recompute -X POST --data-binary "@$work_dir/zeros" -H 'Expect:'
is_problem 'a body of 20,000 bytes' 413 BODY_TOO_LARGE
finish
