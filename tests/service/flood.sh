#!/usr/bin/env bash
# Floods and slow clients, through nginx: everyone is answered or turned away in order, and hits go on. What a hit takes meanwhile is
# printed beside what it takes alone. FLOOD=full asks for 10,000 dates, of which a thousand are made, instead of 1,767 and a few;
# FLOOD=turns takes hits alone and beside a thousand cold requests in turns.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" CACHE_MAX_REPORTS=5 REQUEST_DEADLINE_SEC=60
port=${BASE##*:}
dates='20[30-60]-[10-12]-[10-28]' herd_address=127.0.0.1 # whose thousand is then used up
if [[ ${FLOOD:-} == full ]]; then dates='20[30-60]-[01-12]-[01-27]' herd_address=127.0.0.2; fi
report ''

# hits_go_on NAME: does a reader of a cached report get it, soon, while all that goes on?
hits_go_on() {
    local count=2000 p50 p99 slowest
    curl -s --no-progress-meter -o /dev/null -w '%{http_code} %{time_total}\n' "$BASE$API?reader=[1-$count]" >"$work_dir/hits"
    read -r p50 p99 slowest < <(awk '{print int($2 * 1e6)}' "$work_dir/hits" | sort -n |
        awk '{us[NR] = $1} END {print us[int(NR * 0.5)], us[int(NR * 0.99)], us[NR]}')
    same "hits: $1 (p50 $p50 µs, p99 $p99 µs)" "$count x 200" "$(statuses "$work_dir/hits")"
    below "and none took a second" 1000000 "$slowest"
}

statuses() { cut -d' ' -f1 "$1" | sort | uniq -c | awk '{printf "%s%d x %d", (NR > 1 ? ", " : ""), $1, $2}'; }
hits_go_on 'alone'

# A thousand readers at once: 250 are all that one curl can do.
start_herd() { # DATE ADDRESS
    local i
    herd=()
    for ((i = 0; i < 4; i++)); do
        curl -s --no-progress-meter --interface "$2" --parallel --parallel-immediate --parallel-max 250 -o /dev/null -w '%{http_code}\n' \
            "$BASE$API?date=$1&reader=$i-[1-250]" >"$work_dir/herd.$i" 2>/dev/null &
        herd+=($!)
    done
    sleep 1
}
exec {lock_fd}>>"$work_dir/cache/.counterparty_risk.lock"
if [[ ${FLOOD:-} == turns ]]; then
    for turn in 1 2 3 4 5 6 7; do
        hits_go_on "alone, turn $turn"
        flock "$lock_fd"
        start_herd "2026-03-0$turn" "127.0.0.1$turn"
        hits_go_on "beside a thousand cold requests, turn $turn"
        flock -u "$lock_fd"
        wait "${herd[@]}"
    done
fi

# One absent report, and another generation that holds the lock for a while.
flock "$lock_fd"
start_herd 2026-02-01 "$herd_address"
hits_go_on 'a thousand cold requests'
flock -u "$lock_fd"
wait "${herd[@]}"
cat "$work_dir"/herd.? >"$work_dir/herd"
same 'a thousand readers of an absent report all get it' '1000 x 200' "$(statuses "$work_dir/herd")"
same 'made once' 1 "$(worker_log | jq -r 'select(.source == "generated") | .query' | grep -c 2026-02-01)"
check 'and it is kept' test -s "$work_dir/cache/2026-02-01.json"

# One reader of thousands of dates: turned away after the first thousand; the disk does not fill, and what the last success names stays.
curl -s --no-progress-meter --parallel --parallel-max 50 -o /dev/null -w '%{http_code}\n' "$BASE$API?date=$dates" >"$work_dir/dates" 2>/dev/null &
flood=$!
hits_go_on 'thousands of dates by one client'
wait "$flood"
same 'other answers than reports and 429' '' "$(grep -vxE '200|429' "$work_dir/dates")"
check "most are turned away ($(statuses "$work_dir/dates"))" test "$(grep -c 429 "$work_dir/dates")" -gt 300
for day in {10..99}; do # some may have come free by now
    report "?date=20$day-01-01"
    [[ $status == 200 ]] || break
done
is_problem 'so is the next' 429 TOO_MANY_REQUESTS
check 'with the time to wait' test "$(header Retry-After)" -gt 0
for day in {10..19}; do # who has asked for nothing yet is not meant
    report "?date=2029-01-$day" --interface 127.0.0.3
    echo "$status"
done >"$work_dir/others"
same 'another client gets what it asks for' '10 x 200' "$(statuses "$work_dir/others")"
report ''
same "and so does this one, of what is there: today's report stays" '200 hit' "$status $(header X-Report-Source)"
below 'reports on the disk' 7 "$(find "$work_dir/cache" -maxdepth 1 -name '2*.json' | wc -l)"
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
# Thirty of them go on, a byte a second.
trap '' PIPE
for ((second = 0; second < 11; second++)); do
    for ((i = 0; i < 30; i++)); do printf x 1>&"${idle[i]}"; done 2>/dev/null
    if ((second == 5)); then
        hits_go_on 'a thousand idle connections'
        report '/recompute?date=2026-01-10' -X POST
        same 'and no worker waits for them' '200 SUCCESS' "$status $(body .result)"
    fi
    sleep 1
done
# The half bodies among those thirty do go on: they hold a connection each, and nothing else.
trap - PIPE
open=0
for connection in "${idle[@]}"; do
    read -r -t 0.05 -n 1 -u "$connection" 2>/dev/null
    (($? <= 128)) || open=$((open + 1)) # nothing came, and no end
    exec {connection}>&-
done
same 'after ten seconds all but these are cut off' 10 "$open"

# Too much of everything.
truncate -s 200000000 "$work_dir/large"
for ((i = 0; i < 4; i++)); do
    curl -s -o /dev/null -X POST --data-binary "@$work_dir/large" -H 'Transfer-Encoding: chunked' "$BASE$API/recompute" &
    large[i]=$!
done
hits_go_on 'bodies of 200 MB'
wait "${large[@]}"
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
    head -c $((i * 1000)) <&"$connection" >/dev/null
    exec {connection}>&-
done
hits_go_on 'clients that go away'
same 'every worker lives' '4 2' "$(worker_pids | wc -l) $(worker_pids compute | wc -l)"
same 'nobody had to be restarted' 6 "$(worker_log | grep -c '"worker_started"')"

finish
