#!/usr/bin/env bash
# A database that has just been touched: the fallback within the deadline, or 500 when there is none; the cache is untouched
# (known failure: a request blocked up to 300 s).
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
touch "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" RETRY_AFTER_FAIL_SEC=2
report '?date=2026-01-10'
is_problem 'never a success: 500' 500 REPORT_NOT_FOUND
same 'the detail is a FileNotFoundError' 'FileNotFoundError:' "$(body .detail | grep -o '^FileNotFoundError:')"
below 'at once, since it cannot become stable in time' 5000 "$elapsed_ms"
report '/status?mode=offline'
same 'the status says why' 'FAILED DB_UNSTABLE_OR_UPDATING null' "$(body '"\(.last_run.result) \(.last_run.error_code) \(.last_success)"')"
check 'no path of the server in what it says' test -z "$(grep -F "$work_dir" "$body_file")"

touch -d '1 hour ago' "$work_dir/crm.db"
report '?date=2026-01-10'
same 'for RETRY_AFTER_FAIL_SEC the answer stays' 500 "$status"
report '/recompute?date=2026-01-10' -X POST
same 'a recompute is exempt' '200 SUCCESS' "$status $(body .result)"
report '?date=2026-01-10'
same 'and ends it' '200 hit' "$status $(header X-Report-Source)"

sums() { (cd "$work_dir/cache" && find . -name '20*.json' -exec sha256sum {} + | sort); }
before=$(sums)
touch "$work_dir/crm.db"
report '?date=2026-01-11'
same 'touched: a stale 200 with the four fields' \
    '200 stale {"as_of":"2026-01-10","is_stale":true,"stale_reason":"latest_success_fallback","stale_error_code":"DB_UNSTABLE_OR_UPDATING","requested_as_of":"2026-01-11"}' \
    "$status $(header X-Report-Source) $(body '.meta | {as_of,is_stale,stale_reason,stale_error_code,requested_as_of} | tostring')"
below 'at once' 5000 "$elapsed_ms"
same 'no ETag of a fresh answer' '' "$(header ETag)"
report '?date=2026-01-11'
same 'the next is answered from the failure that is known' '200 stale' "$status $(header X-Report-Source)"
below 'at once too' 5000 "$elapsed_ms"
report '?date=2026-01-10'
same 'a hit is a hit, and says that the database has changed' '200 hit db_changed' "$status $(header X-Report-Source) $(header X-Report-Outdated)"
report '/status?mode=offline'
same 'the status keeps the success beside the failure' 'FAILED DB_UNSTABLE_OR_UPDATING SUCCESS' \
    "$(body '"\(.last_run.result) \(.last_run.error_code) \(.last_success.result)"')"
report '/recompute?date=2026-01-10' -X POST
is_problem 'a recompute fails' 500 DB_UNSTABLE_OR_UPDATING
same 'and says FAILED' 'FAILED DB_UNSTABLE_OR_UPDATING' "$(body .result) $(body .error_code)"
same 'the cached files are byte for byte what they were' "$before" "$(sums)"

# Settling soon: waited for.
stop_service
touch "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" RETRY_AFTER_FAIL_SEC=0 DB_STABLE_WINDOW_SEC=3
touch "$work_dir/crm.db"
report '?date=2026-01-12'
same 'a database that becomes stable within the deadline is waited for' '200 generated' "$status $(header X-Report-Source)"

rm -- "$work_dir/crm.db"
report '?date=2026-01-13'
same 'no database at all: stale' '200 stale DB_NOT_FOUND' "$status $(header X-Report-Source) $(body .meta.stale_error_code)"
printf 'not a database, but long enough to look at %0100d' 1 >"$work_dir/crm.db"
touch -d '1 hour ago' "$work_dir/crm.db"
report '?date=2026-01-13'
same 'not a database: stale' '200 stale DB_INVALID' "$status $(header X-Report-Source) $(body .meta.stale_error_code)"
finish
