#!/usr/bin/env bash
# The unit tests, the CLI and a worker under valgrind: no error, no leak, and no growth of a worker over 1,000 mixed requests.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
cd -- "$PROJECT_DIR" || exit
shopt -s extglob
memcheck=(valgrind "--suppressions=$PROJECT_DIR/tests/valgrind.supp" --quiet --error-exitcode=9 --leak-check=full "--errors-for-leak-kinds=definite,indirect,possible" --child-silent-after-fork=yes)

# The unit tests, a line a program, as many at a time as there are processors, beside all the rest.
watch() {
    local name=${1##*/}
    CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "${memcheck[@]}" "$1" >"$work_dir/$name.log" 2>&1
    same "valgrind: $name" '0 0' "$? $(grep -c '^==[0-9]*== ' "$work_dir/$name.log")"
}
# The longest first.
watch_all() {
    local program
    for program in "$BUILD"/tests/test_{number,db} "$BUILD"/tests/test_!(number|db); do
        [[ -x $program ]] || continue
        (($(jobs -pr | wc -l) < $(nproc))) || wait -n
        watch "$program" &
    done
    wait
}
watch_all >"$work_dir/watched.tap" &
watching=$!

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
export CACHE_DIR=$work_dir/cli-cache WORK_DIR=$work_dir/copies DB_PATH=$work_dir/crm.db
check 'valgrind: run' "${memcheck[@]}" "$CLI" run --date 2026-01-10
check 'valgrind: generate' "${memcheck[@]}" "$CLI" generate --db "$FIXTURES/crm_wide.db" --date 2026-01-10 --output "$work_dir/out.json"
check 'valgrind: verify' "${memcheck[@]}" "$CLI" verify
"$BUILD/tests/stub" 0 key "$work_dir/request" >"$work_dir/port" & stub_pid=$!
until [[ -s $work_dir/port ]]; do sleep 0.05; done
for behaviour in good label failing-first flood; do
    check "valgrind: cards by a language model, $behaviour" env LLM_PROVIDER=openai "LLM_MODEL=$behaviour" "LLM_BASE_URL=http://127.0.0.1:$(cat "$work_dir/port")/$behaviour" \
        "${memcheck[@]}" "$CLI" run --date 2026-01-10 --mode online --force
done
kill "$stub_pid"
check 'valgrind: demo' "${memcheck[@]}" "$CLI" demo --output "$work_dir/demo.db" --deals 300

# One worker, a thousand requests of every kind: twice 500, and its memory after the first half is its memory after the second.
mixed_requests() { # HOW MANY
    local i
    for ((i = 0; i < $1 / 10; i++)); do
        printf 'url = "%s%s%s"\noutput = "/dev/null"\n' \
            "$BASE" "$API" '?date=2026-01-10' "$BASE" "$API" '?date=2026-01-10&mode=online' "$BASE" "$API" /status \
            "$BASE" "$API" '?date=2026-13-01' "$BASE" "$API" '?mode=x' "$BASE" "$API" /nothing \
            "$BASE" "$API" "?date=2026-02-$((i % 28 + 1))" "$BASE" "$API" "?date=2025-$((i % 2 + 10))-$((i % 18 + 10))" \
            "$BASE" "$API" '/status?mode=offline'
        printf 'write-out = "%%{http_code}\\n"\nnext\nrequest = POST\nurl = "%s%s"\noutput = "/dev/null"\nwrite-out = "%%{http_code}\\n"\nnext\n' \
            "$BASE" "$API/recompute?date=2026-01-10"
    done >"$work_dir/mixed.curl"
    curl -K "$work_dir/mixed.curl" 2>/dev/null | grep -c '^[245]' 
}
worker_kib() { all_worker_pids | xargs -I{} cat /proc/{}/status | awk '/^VmRSS/ {sum += $2} END {print sum}'; }

start_service DB_PATH="$DB_PATH" WORKERS=1 COMPUTE_WORKERS=1
mixed_requests 200 >/dev/null # warm
before_kib=$(worker_kib)
same '1,000 mixed requests are answered' 1000 "$(mixed_requests 1000)"
after_kib=$(worker_kib)
below "the workers do not grow over them ($before_kib KiB, then $after_kib KiB)" $((before_kib + 1024)) "$after_kib"
stop_service

# And the same under valgrind, by a worker in the place of ours.
mkdir -p "$work_dir/watched/bin"
printf '#!/bin/sh\nexec %s --log-file=%s/worker.%%p.valgrind %s\n' "${memcheck[*]}" "$work_dir" "$PROJECT_DIR/$BUILD/bin/riskreport.fcgi" \
    >"$work_dir/watched/bin/riskreport.fcgi"
chmod +x "$work_dir/watched/bin/riskreport.fcgi"
ln -s "$CLI" "$work_dir/watched/bin/riskreport"
start_service DB_PATH="$DB_PATH" WORKERS=1 COMPUTE_WORKERS=1 BUILD="$work_dir/watched"
same '1,000 mixed requests under valgrind are answered' 1000 "$(mixed_requests 1000)"
stop_service
check 'valgrind watched a worker' test -n "$(ls "$work_dir"/worker.*.valgrind)"
same 'valgrind: nothing to say of the worker' '' "$(cat "$work_dir"/worker.*.valgrind)"

wait "$watching"
cat "$work_dir/watched.tap"
failed=$((failed + $(grep -c '^not ok ' "$work_dir/watched.tap")))
finish
