#!/usr/bin/env bash
# SIGKILL at random moments, of the daily job and of workers under load: 36 times, with FAULT=full 1,000. Every cached file is valid, no
# lock stays, the statuses are whole and remember a success, and no answer that is given is wrong.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=tests/fault/cache.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/cache.sh"

job_kills=24 worker_kills=12
if [[ ${FAULT:-} == full ]]; then job_kills=700 worker_kills=300; fi
RANDOM=${FAULT_SEED:-1}

"$CLI" demo --output "$DB_PATH" --deals 2000 --year 2026
touch -d '1 hour ago' "$DB_PATH"
make_baseline
restore

statuses() { jq -rs 'map(.last_success.result) | join(" ")' "$CACHE_DIR/status.json" "$CACHE_DIR/status_online.json" 2>&1; }

## Jobs

began_ms=$(now_ms)
for _ in 1 2 3 4 5; do "$CLI" run --date 2026-03-03 --force >/dev/null; done
job_us=$(((($(now_ms) - began_ms) * 1000) / 5))
died=0 lost=0
# The moment is drawn from a little more than what a job takes: some come too late, and do not count. What a job takes depends on what
# else the machine does, so the range follows.
for ((tries = 0; died < job_kills && tries < 4 * job_kills; tries++)); do
    "$CLI" run --date 2026-03-03 --force >/dev/null 2>&1 &
    job=$!
    sleep "$(printf '0.%06d' $(((RANDOM * 32768 + RANDOM) % (job_us * 11 / 10 + 1))))"
    kill -KILL "$job" 2>/dev/null
    wait "$job" 2>/dev/null
    (($? == 137)) || { job_us=$((job_us * 9 / 10 + 1000)) && continue; }
    job_us=$((job_us * 102 / 100))
    died=$((died + 1))
    wrong=''
    [[ $(normal) == "$control" ]] || wrong+='a report is another. '
    "$CLI" verify >"$work_dir/verified" 2>&1 || wrong+="verify: $(grep BROKEN "$work_dir/verified"). "
    [[ $(statuses) == 'SUCCESS SUCCESS' ]] || wrong+="statuses: $(statuses). "
    ((died % 10 > 0)) || "$CLI" run --date 2026-03-03 --force >/dev/null 2>&1 || wrong+='the next job fails. '
    [[ -z $wrong ]] || { lost=$((lost + 1)) && printf '# job %d: %s\n' "$died" "$wrong"; }
done 2>/dev/null
same "$job_kills jobs are killed" "$job_kills" "$died"
same 'and nothing is lost' 0 "$lost"
# What they left is swept once it is old: drafts by whoever opens the cache, versions by the next run.
left=$(find "$CACHE_DIR" -name '*.tmp.*' | wc -l)
find "$CACHE_DIR" -name '*.tmp.*' -exec touch -d '2 hours ago' {} +
"$CLI" run --date 2026-03-03 --force >/dev/null
same "$left drafts that they left are swept, apart from those of siblings" '' "$(find "$CACHE_DIR" -name '*.tmp.*' -not -path '*/.versions/*')"

## Workers under load

cp -a "$CACHE_DIR" "$work_dir/kept"
start_service DB_PATH="$DB_PATH" RETRY_AFTER_FAIL_SEC=0 COMPUTE_WORKERS=3
control_of_mode=([0]=$(sed '1d; s/"created_at":"[^"]*"//' "$work_dir/kept/2026-03-03.json")
    [1]=$(sed '1d; s/"created_at":"[^"]*"//' "$work_dir/kept/counterparty-risk/online/2026-03-03.json"))
modes=(offline online)
# read_on NAME: asks until it is told to stop; what came is in NAME.
read_on() {
    local answer code i=0
    while [[ ! -e $work_dir/stop ]]; do
        answer=$(curl -s -m 30 -w '%{http_code}' "$BASE$API?date=2026-03-03&mode=${modes[i % 2]}")
        code=${answer: -3}
        if [[ $code == 200 ]]; then
            answer=$(sed '1d; s/"created_at":"[^"]*"//' <<<"${answer%200}")
            if [[ $answer == "${control_of_mode[i % 2]}" ]]; then echo right; else echo wrong; fi
        else
            echo "$code"
        fi
        i=$((i + 1))
    done >"$work_dir/$1"
}
# Reports go and are made again, by requests and by recomputes.
stir() {
    local i=0
    while [[ ! -e $work_dir/stop ]]; do
        ((i++ % 3 > 0)) || rm -f "$CACHE_DIR/2026-03-03.json" "$CACHE_DIR/counterparty-risk/online/2026-03-03.json"
        curl -s -m 30 -o /dev/null -w '%{http_code}\n' -X POST "$BASE$API/recompute?date=2026-03-03&mode=${modes[i % 2]}"
    done >"$work_dir/stirred"
}
clients=()
for reader in 1 2; do
    read_on "read-$reader" &
    clients+=($!)
done
stir &
clients+=($!)
died=0
for ((tries = 0; died < worker_kills && tries < 10 * worker_kills; tries++)); do
    pool=worker
    ((RANDOM % 4 == 0)) || pool=compute
    mapfile -t pids < <(worker_pids $pool)
    ((${#pids[@]} == 0)) || ! kill -KILL "${pids[RANDOM % ${#pids[@]}]}" 2>/dev/null || died=$((died + 1))
    sleep "$(printf '0.%03d' $((RANDOM % 150)))"
done
touch "$work_dir/stop"
wait "${clients[@]}"
same "$worker_kills workers are killed" "$worker_kills" "$died"
tally() { sort "$work_dir"/read-* "$work_dir/stirred" | uniq -c | awk '{printf "%s%s x %s", sep, $1, $2; sep = ", "}'; }
same "what clients were told: $(tally)" '' "$(cat "$work_dir"/read-* "$work_dir/stirred" | grep -vxE 'right|200|500|50[234]')"
workers_settled 4 >/dev/null
for mode in "${modes[@]}"; do
    report "/recompute?date=2026-03-03&mode=$mode" -X POST
    same "$mode: the lock is free" '200 SUCCESS' "$status $(body .result)"
    report "?date=2026-03-03&mode=$mode"
    same "$mode: the next request is right" '200 hit' "$status $(header X-Report-Source)"
done
same 'the reports are what they were' "$control" "$(normal)"
check 'every cached file is valid' "$CLI" verify
same 'the statuses are whole' 'SUCCESS SUCCESS' "$(statuses)"
same 'dead workers are replaced' 4 "$(workers_settled 4)"
finish
