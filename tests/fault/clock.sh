#!/usr/bin/env bash
# The clock is set while the service runs, by a day or by years, forward and back: waiting takes as long as it should, what was made
# under the wrong time is used, and nothing that is needed is cleaned up.
# shellcheck disable=SC2317  # what is called by its name only looks unreachable
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
if ldd "$CLI" | grep -q asan; then # has a clock of its own
    pass 'not under ASan'
    finish
fi

readonly DAY_S=86400
export FAULT_CLOCK=$work_dir/clock
set_clock() { echo "$1" >"$FAULT_CLOCK.new" && mv "$FAULT_CLOCK.new" "$FAULT_CLOCK"; }
day() { TZ=Asia/Seoul date -d "$1 seconds" +%F; }
cli() { LD_PRELOAD=$PROJECT_DIR/$BUILD/fault/shim.so "$CLI" "$@"; }
set_clock 0
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
export DB_PATH=$work_dir/crm.db
start_service LD_PRELOAD="$PROJECT_DIR/$BUILD/fault/shim.so" REQUEST_DEADLINE_SEC=2 RETRY_AFTER_FAIL_SEC=30
report ''
same 'today' "200 generated $(day 0)" "$status $(header X-Report-Source) $(body .meta.as_of)"

# waits NAME SECONDS: a request waits for the lock, when the clock is set.
exec {lock_fd}>>"$work_dir/cache/.counterparty_risk.lock"
waits() {
    flock "$lock_fd"
    (sleep 0.7 && set_clock "$2") &
    report '?date=2026-05-05'
    wait $!
    flock -u "$lock_fd"
    same "$1: who waits is answered" '200 stale LOCK_TIMEOUT' "$status $(header X-Report-Source) $(body .meta.stale_error_code)"
    check "$1: not at once" test "$elapsed_ms" -gt 1500
    below "$1: nor late" 4000 "$elapsed_ms"
}
waits 'a day forward' $DAY_S
report ''
same 'it is tomorrow' "200 generated $(day $DAY_S)" "$status $(header X-Report-Source) $(body .meta.as_of)"
waits 'a day back' 0
report ''
same 'it is today again' "200 hit $(day 0)" "$status $(header X-Report-Source) $(body .meta.as_of)"
waits 'eleven years back' $((-4015 * DAY_S))
report '?date=2026-05-06'
same 'a database of the future counts as one that changes' '200 stale DB_UNSTABLE_OR_UPDATING' \
    "$status $(header X-Report-Source) $(body .meta.stale_error_code)"
set_clock 0
report '?date=2026-05-06'
same 'a failure of long ago is forgotten' '200 generated' "$status $(header X-Report-Source)"

set_clock $DAY_S
mv "$DB_PATH" "$work_dir/away.db"
report '?date=2026-05-07'
same 'a failure, tomorrow' '200 stale DB_NOT_FOUND' "$status $(header X-Report-Source) $(body .meta.stale_error_code)"
mv "$work_dir/away.db" "$DB_PATH"
report '?date=2026-05-07'
same 'is remembered then' '200 stale DB_NOT_FOUND' "$status $(header X-Report-Source) $(body .meta.stale_error_code)"
set_clock 0
report '?date=2026-05-07'
same 'and not the day before' '200 generated' "$status $(header X-Report-Source)"
get /readyz
same 'a success in the future is a success' ok "$(body '.checks.offline')"

# A disk that is full of superseded versions: they go though nothing can be published.
check 'a report is made anew' cli run --force
cp "$work_dir/crm.db" "$work_dir/cache/.versions/offline-2026-05-07-0000000000000001.json"
set_clock 300
FAULT_UNDER=$work_dir/cache FAULT_KIND=write FAULT_ERRNO=28 FAULT_AT=1 FAULT_LASTS=1 cli run --force --mode offline >/dev/null 2>"$work_dir/error"
same 'the disk is full' '1 CACHE_WRITE_FAILED' "$? $(cut -d: -f2 "$work_dir/error" | grep -o 'CACHE_WRITE_FAILED')"
check 'what nobody reads any more gives it room' test ! -e "$work_dir/cache/.versions/offline-2026-05-07-0000000000000001.json"
set_clock $((3650 * DAY_S))
check 'the job, ten years on' cli run --force
check 'has cleaned up' test ! -e "$work_dir/cache/2026-05-07.json"
set_clock 0
check 'and today' cli run
report ''
same 'whose report is there' "200 $(day 0)" "$status $(body .meta.as_of)"
check 'every file is valid' cli verify
check 'the last success is there' test -s "$work_dir/cache/$(jq -r .last_success.as_of "$work_dir/cache/status.json").json"
same 'nobody had to be restarted' 6 "$(worker_log | grep -c '"worker_started"')"

finish
