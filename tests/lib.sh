# For the test scripts, which source it: results as TAP lines (`ok - name`, `not ok - name`), and a real service to test.
# A script ends with `finish`, whose status is 0 only if every check passed.
# shellcheck shell=bash
# shellcheck disable=SC2034  # much of this is for the scripts that source it

API=/api/report/counterparty-risk
PROJECT_DIR=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-build}
CLI=$PROJECT_DIR/$BUILD/bin/riskreport
FIXTURES=$PROJECT_DIR/tests/fixtures
failed=0

pass() { printf 'ok - %s\n' "$1"; }

fail() {
    printf 'not ok - %s\n' "$1"
    shift
    (($# == 0)) || printf '# %s\n' "$@"
    failed=$((failed + 1))
}

# check NAME COMMAND...: does the command succeed?
check() {
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then pass "$name"; else fail "$name" "failed: $*"; fi
}

# same NAME WANT HAVE
same() {
    if [[ $2 == "$3" ]]; then pass "$1"; else fail "$1" "want: ${2:0:300}" "have: ${3:0:300}"; fi
}

# below NAME LIMIT NUMBER: is the whole number not above the limit?
below() {
    if (($3 <= $2)); then pass "$1"; else fail "$1" "want at most $2, have $3"; fi
}

finish() { exit $((failed > 0)); }

now_ms() { date +%s%3N; }

# get PATH_AND_QUERY [CURL OPTIONS]: the answer in $status, $body_file, $head_file, and $elapsed_ms.
get() {
    local path=$1 began_ms
    shift
    : >"$body_file" # curl does not touch it when there is no body
    began_ms=$(now_ms)
    status=$(curl -sS -o "$body_file" -D "$head_file" -w '%{http_code}' --path-as-is "$@" "$BASE$path" 2>/dev/null)
    elapsed_ms=$(($(now_ms) - began_ms))
}

report() { get "$API$1" "${@:2}"; }
header() { sed -n "s/^$1: \(.*\)\r\$/\1/Ip" "$head_file" | head -n 1; }
body() { jq -r "$1" "$body_file" 2>/dev/null; }

# is_problem NAME STATUS CODE: is the last answer a problem document of that status and code, with all its members?
is_problem() {
    local shape='[.type, .title, .status, .detail, .code, .request_id] | all(. != null and . != "")'
    same "$1" "$2 application/problem+json $3 $2 true" \
        "$status $(header Content-Type) $(body .code) $(body .status) $(body "$shape")"
}

## A service of its own for a script

work_dir=$(mktemp -d "${TMPDIR:-/tmp}/riskreport-test-XXXXXX")
body_file=$work_dir/body
head_file=$work_dir/head
service_pid=''

clean_up() {
    stop_service
    rm -rf -- "$work_dir"
}
trap clean_up EXIT

# settled_copy FROM TO: a copy of a database that counts as stable.
settled_copy() { cp -- "$1" "$2" && touch -d '1 hour ago' -- "$2"; }

# start_service [NAME=VALUE...]: nginx and workers on a free port, with a cache of their own below $work_dir.
start_service() {
    local port try
    export CACHE_DIR=$work_dir/cache WORK_DIR=$work_dir/copies RUN_DIR=$work_dir/run
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        : >"$work_dir/run.log" # a service before this one has said the same
        env PORT=$port "$@" "$PROJECT_DIR/nginx/run.sh" >"$work_dir/run.log" 2>&1 &
        service_pid=$!
        until grep -q '^listening on' "$work_dir/run.log"; do
            kill -0 "$service_pid" 2>/dev/null || break
            sleep 0.05
        done
        BASE=http://127.0.0.1:$port
        ! grep -q '^listening on' "$work_dir/run.log" || return 0
        wait "$service_pid" || true
        service_pid=''
    done
    fail "the service starts (try $try)" "$(cat "$work_dir/run.log")"
    finish
}

stop_service() {
    [[ -n $service_pid ]] || return 0
    kill -TERM "$service_pid" 2>/dev/null
    wait "$service_pid" 2>/dev/null
    service_pid=''
}

worker_log() { cat "$work_dir/run/worker.log"; }
# Of the pool that answers, or with `compute` of the one that makes reports.
worker_pids() { pgrep -f "/bin/riskreport.fcgi\$" --session "$(pool_session "${1:-worker}")"; }
all_worker_pids() { worker_pids worker; worker_pids compute; }
# How many workers live, once there are as many as wanted or two seconds have passed: a dead one is replaced with a delay.
workers_settled() {
    local have=''
    for _ in {1..40}; do
        have=$(worker_pids | wc -l)
        ((have != $1)) || break
        sleep 0.05
    done
    echo "$have"
}
# The pool's leader: the one whose standard input is the pool's socket.
pool_session() { # worker | compute; the process may be in a network of its own
    local pid inode
    for pid in $(pgrep -P "$service_pid" -f multiwatch); do
        inode=$(readlink -- "/proc/$pid/fd/0") && inode=${inode//[^0-9]/}
        ! grep -q " $inode $1.sock\$" "/proc/$pid/net/unix" || echo "$pid"
    done
}

## What a script does to the store behind the programs' backs; tests/postgresql.sh does it to what hosts share, too

has_peers() { false; }
forget_reports() { rm -rf -- "$CACHE_DIR"; }
put_status() { mv -- "$1" "$CACHE_DIR/status.json"; } # FILE

# Where TEST_STORE is a PostgreSQL's directory (tests/with_postgresql.sh), every script has a store of its own there.
# shellcheck source=tests/postgresql.sh
[[ -z ${TEST_STORE:-} ]] || source "$PROJECT_DIR/tests/postgresql.sh"
