#!/usr/bin/env bash
# kill -9 in the middle of a generation: the lock is free, no file is torn, the next request succeeds, the worker is
# replaced.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

"$CLI" demo --output "$work_dir/crm.db" --deals 200000
start_service DB_PATH="$work_dir/crm.db" WORKERS=2
report '?date=2026-01-09'
same 'a first report' '200 generated' "$status $(header X-Report-Source)"

for try in 1 2 3; do
    curl -s -o "$work_dir/cut" -w '%{http_code}' "$BASE$API?date=2026-02-0$try" >"$work_dir/cut.code" &
    curl_pid=$!
    # The worker that holds the lock is the one that is generating.
    victim=''
    for _ in {1..200}; do
        victim=$(awk -v inode="$(stat -c %i "$work_dir/cache/.counterparty_risk.lock")" '$2 == "FLOCK" && $6 ~ (":" inode "$") {print $5}' /proc/locks)
        [[ -z $victim ]] || break
        sleep 0.01
    done
    check "try $try: caught a worker in the middle of a generation" kill -KILL "$victim"
    wait "$curl_pid"
    check "try $try: its client is told by a 5xx, or nginx asked another worker" grep -qE '^(200|50[0-9])$' "$work_dir/cut.code"
    report "?date=2026-02-0$try"
    same "try $try: the next request succeeds" "200 2026-02-0$try" "$status $(body .meta.as_of)"
    check "try $try: every cached file is valid" "$CLI" verify
    report '?date=2026-01-09'
    same "try $try: hits go on" '200 hit' "$status $(header X-Report-Source)"
done
same 'dead workers are replaced' 2 "$(workers_settled 2)"

# SIGTERM lets a request in hand finish.
curl -s -o "$work_dir/last" -w '%{http_code}' "$BASE$API?date=2026-03-01" >"$work_dir/last.code" &
curl_pid=$!
sleep 0.15
all_worker_pids | xargs kill -TERM
wait "$curl_pid"
same 'SIGTERM: the request in hand is finished' '200 2026-03-01' "$(cat "$work_dir/last.code") $(jq -r .meta.as_of "$work_dir/last")"
finish
