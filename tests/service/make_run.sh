#!/usr/bin/env bash
# nginx/run.sh, which `make run` is: side by side, what it refuses, and that it leaves nothing behind.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" WORKERS=3
first_base=$BASE first_pid=$service_pid port=${BASE##*:}
report ''
same 'one service answers' 200 "$status"
same 'with three workers' 3 "$(workers_settled 3)"
same 'the socket is for owner and group' 660 "$(stat -c %a "$work_dir/run/worker.sock")"
same 'three curl lines to try' 3 "$(grep -c '^  curl ' "$work_dir/run.log")"

refused() { # NAME WORD NAME=VALUE...
    local name=$1 word=$2
    shift 2
    env RUN_DIR="$work_dir/refused" CACHE_DIR="$work_dir/cache" DB_PATH="$work_dir/crm.db" PORT=39999 "$@" \
        timeout 20 "$PROJECT_DIR/nginx/run.sh" >"$work_dir/out" 2>"$work_dir/err"
    same "$name: exit status 1, one line" "1 1" "$? $(wc -l <"$work_dir/err")"
    check "$name: it says $word" grep -q "$word" "$work_dir/err"
}
refused 'a taken port' "$port" PORT="$port"
refused 'a port that is no number' PORT PORT=http
refused 'no such database' DB_PATH DB_PATH="$work_dir/none.db"
refused 'a folder for a database' DB_PATH DB_PATH="$work_dir"
refused 'a bad setting' DB_RETRY DB_RETRY=x
refused 'no workers' WORKERS WORKERS=0
refused 'a run directory in use' 'another run' RUN_DIR="$work_dir/run"

mkdir -p "$work_dir/other dir"
RUN_DIR="$work_dir/other dir/run" CACHE_DIR="$work_dir/other dir/cache" DB_PATH="$work_dir/crm.db" PORT=$((port + 1)) \
    env --default-signal=INT "$PROJECT_DIR/nginx/run.sh" >"$work_dir/other.log" 2>&1 &
other=$!
for _ in {1..100}; do ! grep -q '^listening' "$work_dir/other.log" || break; sleep 0.05; done
BASE=http://127.0.0.1:$((port + 1))
report ''
same 'a second one beside it, in a path with a space' 200 "$status"
kill -INT "$other" # as Ctrl-C does; what a script starts in the background ignores it by default
wait "$other"
same 'stopped, its exit status is 0' 0 $?
check 'its socket is gone' test ! -e "$work_dir/other dir/run/worker.sock"
BASE=$first_base
report ''
same 'the first goes on' 200 "$status"

for round in 1 2 3; do
    all_worker_pids | xargs kill -KILL
    same "round $round: killed workers are replaced" 3 "$(workers_settled 3)"
    report ''
    same "round $round: and it answers" 200 "$status"
done

session=$(pool_session worker),$(pool_session compute)
kill -TERM "$first_pid"
wait "$first_pid"
same 'SIGTERM: exit status 0' 0 $?
service_pid=''
same 'no process is left' '' "$(pgrep --session "$session")"
check 'no socket is left' test ! -e "$work_dir/run/worker.sock"
check 'the port is free' bash -c "! exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null

start_service DB_PATH="$work_dir/crm.db"
session=$(pool_session worker),$(pool_session compute)
kill -KILL "$service_pid"
wait "$service_pid" 2>/dev/null
service_pid=''
for _ in {1..100}; do [[ -n $(pgrep --session "$session") ]] || break; sleep 0.05; done
same 'run.sh killed by SIGKILL: its children end too' '' "$(pgrep --session "$session")"
finish
