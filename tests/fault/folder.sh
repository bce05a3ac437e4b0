#!/usr/bin/env bash
# What an operator may do to a cache that is in use: remove it, or its lock, or put something else in a file's place. Readers get what is
# there, or are told by name what is wrong; when it is as it should be again, so is the service, without a restart.
# shellcheck disable=SC2317  # what is called by its name only looks unreachable
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" RETRY_AFTER_FAIL_SEC=0
cache=$work_dir/cache lock=$work_dir/cache/.counterparty_risk.lock offline=$work_dir/cache/status.json
report '?date=2026-01-09'
rows_of() { tail -n +2 "$1" | sed 's/"created_at":"[^"]*"//' | sha256sum; }
control=$(rows_of "$body_file")

recompute() { report '/recompute?date=2026-01-10' -X POST -m 20; }
# recomputed NAME: a recompute is done, and what it made is right.
recomputed() {
    recompute
    same "$1" '200 SUCCESS' "$status $(body .result)"
    report '?date=2026-01-09'
    same "$1: the reports are right" "200 $control" "$status $(rows_of "$body_file")"
    check "$1: every file is valid" "$CLI" verify
}
# instead_of FILE NAME COMMAND...: the file is away, and the command has put something into its place.
instead_of() {
    rm -rf -- "$1"
    "${@:3}"
    what=$2
}
told() { # STATUS CODE
    recompute
    same "$what: it is told" "$1 $2 $2" "$status $(body .code) $(body .error_code)"
    report '?date=2026-01-09'
    same "$what: hits go on" '200 hit' "$status $(header X-Report-Source)"
}

recomputed 'before'
rm "$lock"
recomputed 'the lock was removed'
exec {held}>>"$lock" && flock "$held" && rm "$lock"
recomputed 'it was removed while it was held: two may run at once, and nothing is torn'
exec {held}>&-
instead_of "$lock" 'a folder in its place' mkdir "$lock"
told 500 CACHE_WRITE_FAILED
rmdir "$lock"
recomputed 'and it is gone'

instead_of "$offline" 'a folder in the place of the status' mkdir "$offline"
told 500 CACHE_WRITE_FAILED
report '/status?mode=offline' -m 5
same 'the status is empty then' '200 null' "$status $(body .last_success)"
rmdir "$offline"
recomputed 'and it is gone'
instead_of "$offline" 'a FIFO in the place of the status' mkfifo "$offline"
report '/status?mode=offline' -m 5
same "$what holds nobody" '200 null' "$status $(body .last_success)"
recomputed "$what is replaced"

printf '{"last_run":{"result":"FAILED","generated_at":"2099-01-01T00:00:00+09:00","error_code":"DB_INVALID"},"last_success":null}\n' >"$offline"
report '?date=2026-01-11'
same 'a failure in the future is not taken for a recent one' '200 generated' "$status $(header X-Report-Source)"

: >"$cache/.metrics" # a worker that counts into what is gone dies, once
for _ in {1..12}; do report '?date=2026-01-09'; done
workers_settled 4 >/dev/null
report '?date=2026-01-09'
same 'the counters were cut off: the workers start anew' '200 hit' "$status $(header X-Report-Source)"
recompute # in case the other pool has not noticed
sleep 0.5
recomputed 'the other pool too'

rm -rf -- "$cache/.versions"
recomputed 'the names by which nginx reads were removed'
rm -rf -- "$cache"
report '?date=2026-01-09'
same 'all of the cache was removed: the report is made again' "200 generated $control" "$status $(header X-Report-Source) $(rows_of "$body_file")"
rm -rf -- "$cache"
recomputed 'or by a recompute'
report '?date=2026-01-09'
same 'and kept' '200 hit' "$status $(header X-Report-Source)"

finish
