#!/usr/bin/env bash
# Floods and slow clients, through nginx: everyone is answered or turned away in order, and hits go on.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" CACHE_MAX_REPORTS=20 REQUEST_DEADLINE_SEC=60
port=${BASE##*:}
report ''

# hits_go_on NAME: does a reader of a cached report get it, soon, while all that goes on?
hits_go_on() {
    local i good=0 slowest_ms=0
    for ((i = 0; i < 20; i++)); do
        report ''
        [[ $status != 200 ]] || good=$((good + 1))
        ((elapsed_ms <= slowest_ms)) || slowest_ms=$elapsed_ms
    done
    same "hits meanwhile: $1" 20 "$good"
    below "and none took a second" 1000 "$slowest_ms"
}

statuses() { sort "$1" | uniq -c | awk '{printf "%s%d x %d", (NR > 1 ? ", " : ""), $1, $2}'; }

# One absent report, a thousand readers.
curl -s --no-progress-meter --parallel --parallel-immediate --parallel-max 300 -o /dev/null -w '%{http_code}\n' \
    "$BASE$API?date=2026-02-01&reader=[1-1000]" >"$work_dir/herd" 2>/dev/null &
herd=$!
hits_go_on 'a thousand cold requests'
wait "$herd"
same 'a thousand readers of an absent report all get it' '1000 x 200' "$(statuses "$work_dir/herd")"
same 'made once' 1 "$(worker_log | jq -r 'select(.source == "generated") | .query' | grep -c 2026-02-01)"
check 'and it is kept' test -s "$work_dir/cache/2026-02-01.json"

# One reader of thousands of dates: turned away after the first thousand; the disk does not fill, and what the last success names stays.
curl -s --no-progress-meter --parallel --parallel-max 50 -o /dev/null -w '%{http_code}\n' \
    "$BASE$API?date=20[30-60]-[10-12]-[10-28]" >"$work_dir/dates" 2>/dev/null
same 'other answers than reports and 429' '' "$(grep -vxE '200|429' "$work_dir/dates")"
check "most are turned away ($(statuses "$work_dir/dates"))" test "$(grep -c 429 "$work_dir/dates")" -gt 300
for day in 1 2 3 4 5; do # one may have come free by now
    report "?date=2099-01-0$day"
    [[ $status == 200 ]] || break
done
is_problem 'so is the next' 429 TOO_MANY_REQUESTS
check 'with the time to wait' test "$(header Retry-After)" -gt 0
report ''
same "but no hit: today's report stays" '200 hit' "$status $(header X-Report-Source)"
below 'reports on the disk' 22 "$(find "$work_dir/cache" -maxdepth 1 -name '2*.json' | wc -l)"
check 'the last success among them' test -s "$work_dir/cache/$(jq -r .last_success.as_of "$work_dir/cache/status.json").json"

# Slow and silent clients.
idle=()
for ((i = 0; i < 1000; i++)); do
    exec {connection}<>"/dev/tcp/127.0.0.1/$port" || break
    idle+=("$connection")
    ((i % 3 != 0)) || printf 'GET %s HTTP/1.1\r\nHost: x\r\nX-Slow: ' "$API" 1>&"$connection"
    ((i % 3 != 1)) || printf 'POST %s/recompute HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nslow' "$API" 1>&"$connection"
done
same 'a thousand connections that say nothing, or half a head, or half a body' 1000 "${#idle[@]}"
hits_go_on 'a thousand idle connections'
for connection in "${idle[@]}"; do exec {connection}>&-; done

# Too much of everything.
truncate -s 200000000 "$work_dir/large"
report '/recompute?date=2026-01-10' -X POST --data-binary "@$work_dir/large" -H 'Expect:'
is_problem 'a body of 200 MB' 413 BODY_TOO_LARGE
get "$API?date=2026-01-10&x=$(head -c 65536 /dev/zero | tr '\0' a)"
is_problem 'a query of 64 KiB' 414 URI_TOO_LONG
get "$API?date=2026-01-10&x=$(head -c 3000 /dev/zero | tr '\0' a)"
is_problem 'a query of 3 KB' 414 URI_TOO_LONG
report '' -H "X-Large: $(head -c 20000 /dev/zero | tr '\0' a)"
is_problem 'a header of 20 KB' 431 HEADERS_TOO_LARGE

# Clients that go away in the middle of an answer.
for ((i = 0; i < 50; i++)); do
    exec {connection}<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.1\r\nHost: x\r\n\r\n' "$API" 1>&"$connection"
    exec {connection}>&-
done
hits_go_on 'clients that go away'
same 'every worker lives' '4 2' "$(worker_pids | wc -l) $(worker_pids compute | wc -l)"
same 'nobody had to be restarted' 6 "$(worker_log | grep -c '"worker_started"')"

finish
