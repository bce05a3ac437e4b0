#!/usr/bin/env bash
# The lock: while a generation holds it, a recompute is skipped at once, hits are answered, and nobody undoes the holder's
# status (known failure: the loser rewrote it from an old copy).
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" REQUEST_DEADLINE_SEC=2
report '?date=2026-01-10'
same 'a report is there' '200 generated' "$status $(header X-Report-Source)"
before=$(cat "$work_dir/cache/status.json")

exec {lock_fd}>>"$work_dir/cache/.counterparty_risk.lock"
flock "$lock_fd"
report '/recompute?date=2026-01-10' -X POST
same 'recompute: SKIPPED_LOCKED' '200 SKIPPED_LOCKED 2026-01-10 offline' "$status $(body .result) $(body .as_of) $(body .mode)"
below 'at once' 1500 "$elapsed_ms"
check 'with Retry-After' test -n "$(header Retry-After)"
report '?date=2026-01-10'
same 'a cached report is served meanwhile' '200 hit' "$status $(header X-Report-Source)"
same 'the status is untouched by the loser' "$before" "$(cat "$work_dir/cache/status.json")"

report '?date=2026-01-11'
same 'an absent report falls back at the deadline' '200 stale LOCK_TIMEOUT 2026-01-11' \
    "$status $(header X-Report-Source) $(body .meta.stale_error_code) $(body .meta.requested_as_of)"
below 'within the deadline and a little' 8000 "$elapsed_ms"
same 'which no writer may take for a run of its own' "$before" "$(cat "$work_dir/cache/status.json")"
check 'nothing is stored under the requested date' test ! -e "$work_dir/cache/2026-01-11.json"

CACHE_DIR=$work_dir/cache DB_PATH=$work_dir/crm.db "$CLI" run --date 2026-01-10 >/dev/null 2>"$work_dir/error"
same 'the job: exit status 75' 75 $?
same 'with one line' 1 "$(wc -l <"$work_dir/error")"
flock -u "$lock_fd"
report '?date=2026-01-11'
same 'freed, the next request makes it' '200 generated 2026-01-11' "$status $(header X-Report-Source) $(body .meta.as_of)"

# The same with real generations, long enough to meet.
"$CLI" demo --output "$work_dir/big.db" --deals 300000
stop_service
start_service DB_PATH="$work_dir/big.db"
report '?date=2026-01-10'
posts=()
for i in 1 2 3; do
    curl -s -X POST -o "$work_dir/post$i" "$BASE$API/recompute?date=2026-01-10" &
    posts+=($!)
done
get_status=$(curl -s -o /dev/null -w '%{http_code} %header{x-report-source}' "$BASE$API?date=2026-01-10")
wait "${posts[@]}"
same 'a hit during a recompute' '200 hit' "$get_status"
same 'of three recomputes at once, one runs' '1 SUCCESS' "$(jq -r .result "$work_dir"/post? | sort | uniq -c | grep SUCCESS | xargs)"
same 'and two are skipped' '2 SKIPPED_LOCKED' "$(jq -r .result "$work_dir"/post? | sort | uniq -c | grep LOCKED | xargs)"
report '/status?mode=offline'
same 'the status is the winner'\''s' "$(jq -r '.job_run_id // empty' "$work_dir"/post?)" "$(body .last_run.job_run_id)"
finish
