#!/usr/bin/env bash
# make bench: what the service costs, beside a yardstick in the same run (docs/performance.md says how to read it).
# Prints a table; writes build/bench/report.json and build/bench/report.svg. The last run's figures stand beside the new ones.
#   BENCH_ROUNDS    5    alternating rounds, of which the median counts
#   BENCH_SECONDS   3    of each measurement of requests
#   BENCH_FULL      0    1: also 10 million deals (2.5 GB of disk, some minutes)
#   BENCH_ONLY           requests, disturbed (hits while others work), generation or worker: that part alone; series, store: see there
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
set -uo pipefail

BENCH_DIR=$PROJECT_DIR/tests/bench
OUT=$PROJECT_DIR/build/bench
ROUNDS=${BENCH_ROUNDS:-5}
SECONDS_EACH=${BENCH_SECONDS:-3}
CONNECTIONS=16
DAY=2026-01-10
FIGURES=$work_dir/figures # {"part","name","round",...} a line
PATH=$PATH:/usr/sbin
static_pid=''
worker_pid=''

die() {
    printf 'bench: %s\n' "$*" >&2
    exit 1
}

say() { printf '%s\n' "$*" >&2; }

# note PART NAME ROUND OBJECT: keeps a measurement.
note() { jq -c --arg part "$1" --arg name "$2" --argjson round "$3" '{part: $part, name: $name, round: $round} + .' <<<"$4" >>"$FIGURES"; }


## Requests

start_static() {
    local port=$1 root=$2
    mkdir -p "$work_dir/static/static-tmp" || die "no folder for the yardstick"
    sed -e "s|@PORT@|$port|; s|@ROOT@|$root|; s|@USER_DIRECTIVE@|$( ((UID != 0)) || echo 'user root root;')|" "$BENCH_DIR/static.conf.template" >"$work_dir/static/nginx.conf"
    nginx -p "$work_dir/static" -c nginx.conf -e static-error.log &
    static_pid=$!
    until curl -s -o /dev/null "http://127.0.0.1:$port/report.json"; do
        kill -0 "$static_pid" 2>/dev/null || die "the yardstick's nginx does not start: $(cat "$work_dir/static/static-error.log")"
        sleep 0.05
    done
}

stop_all() {
    [[ -z $static_pid ]] || kill -QUIT "$static_pid" 2>/dev/null
    [[ -z $worker_pid ]] || kill "$worker_pid" 2>/dev/null
    clean_up
}
trap stop_all EXIT

# load URL [HEADER...]: wrk's figures.
load() {
    local url=$1 headers
    shift
    headers=$(printf '%s\n' "$@")
    WRK_HEADERS=$headers WRK_PAUSE_MS=${pause_ms:-} wrk -t1 -c"$CONNECTIONS" -d"${SECONDS_EACH}s" -s "$BENCH_DIR/wrk.lua" "$url" | tail -n 1
}

# measure NAME ROUND WANTED_STATUS URL [HEADER...]: the status is asked for once by curl, so that no fast error is measured.
measure() {
    local name=$1 round=$2 wanted=$3 url=$4 have header curl_headers=()
    shift 4
    for header in "$@"; do curl_headers+=(-H "$header"); done
    have=$(curl -s -o /dev/null -w '%{http_code}' "${curl_headers[@]}" "$url")
    [[ $have == "$wanted" ]] || die "$name: status $have instead of $wanted from $url"
    note requests "$name" "$round" "$(load "$url" "$@")"
}

# The demo CRM, which most people will look at first.
make_crm() {
    [[ ! -f $work_dir/crm.db ]] || return 0
    "$CLI" demo --output "$work_dir/crm.db" >/dev/null || die "no demo CRM"
    touch -d '1 hour ago' "$work_dir/crm.db"
}

bench_requests() {
    local round url static etag length pid
    say "requests: $ROUNDS rounds of 6 x $SECONDS_EACH s, $CONNECTIONS connections"
    make_crm
    start_service DB_PATH="$work_dir/crm.db"
    url="$BASE$API?date=$DAY"
    report "?date=$DAY"
    report "?date=$DAY"
    [[ $status == 200 ]] || die "no report"
    etag=$(header ETag) length=$(header Content-Length)
    mkdir -p "$work_dir/www" && cp "$body_file" "$work_dir/www/report.json"
    note environment 'report, bytes' 0 "{\"bytes\":$length}"
    start_static $((${BASE##*:} + 1)) "$work_dir/www"
    static=http://127.0.0.1:$((${BASE##*:} + 1))/report.json
    for ((round = 0; round < ROUNDS; round++)); do
        measure 'nginx static' "$round" 200 "$static"
        measure 'hit, identity' "$round" 200 "$url"
        measure 'hit, gzip' "$round" 200 "$url" 'Accept-Encoding: gzip'
        measure '304' "$round" 304 "$url" "If-None-Match: $etag"
        measure 'status' "$round" 200 "$BASE$API/status?mode=offline"
        measure '400' "$round" 400 "$BASE$API?date=20260110"
    done
    for pid in $(worker_pids); do
        note worker 'resident, after all of these requests' "$pid" "{\"rss_kib\":$(awk '/^VmRSS/ {print $2}' "/proc/$pid/status")}"
    done
    stop_service
    kill -QUIT "$static_pid"
    static_pid=''
}

# disturbed NAME URL COMMAND: hits while the command goes on in the background, in turns with hits while nothing does: at a pace
# that leaves the machine some time, and flat out.
disturbed() {
    local name=$1 url=$2 round other pause_ms
    for ((round = 0; round < ROUNDS; round++)); do
        pause_ms=5 measure "paced hits before $name" "$round" 200 "$url"
        measure "hits before $name" "$round" 200 "$url"
        "$3" "$round" &
        other=$!
        sleep 0.3
        pause_ms=5 measure "paced hits during $name" "$round" 200 "$url"
        measure "hits during $name" "$round" 200 "$url"
        touch "$work_dir/enough"
        wait "$other"
        rm -f "$work_dir/enough"
    done
}

generations() {
    while [[ ! -e $work_dir/enough ]]; do curl -s -o /dev/null -X POST "$BASE$API/recompute?date=2026-02-01"; done
}

# Two hundred readers, each of a date of their own that nobody has asked for.
herd() {
    local herds=0
    while [[ ! -e $work_dir/enough ]]; do
        # From an address of its own each time, since one client is slowed down after a thousand.
        curl -s --interface "127.0.$((1 + $1)).$((1 + herds))" --parallel --parallel-immediate --parallel-max 200 -o /dev/null \
            "$BASE$API?date=$((2030 + 100 * $1 + herds++))-[01-10]-[01-20]" 2>/dev/null
    done
}

bench_disturbed() {
    say "hits during generations"
    make_crm
    start_service DB_PATH="$work_dir/crm.db"
    report "?date=$DAY" # of the demo CRM here too: the other has a report ten times as long
    stop_service
    make_database wide
    start_service DB_PATH="$(database_of wide)"
    disturbed generations "$BASE$API?date=$DAY" generations
    stop_service
    say "hits during cold herds"
    start_service DB_PATH="$work_dir/crm.db"
    report "?date=$DAY"
    disturbed herds "$BASE$API?date=$DAY" herd
    stop_service
}


## Generation

# name, deals, people, organisations, other options of the demo. Bare is wide without its 60,000 memos (but one), motley is wide with
# memos that are all different; 2M-memos is 2M with a million.
databases() {
    echo 'wide 20000 60000 20000 --wide'
    echo 'motley 20000 60000 20000 --wide'
    echo 'bare 20000 60000 20000 --wide --memos 1'
    echo '200k 200000 30000 5000 --memos 1'
    echo '2M 2000000 300000 50000 --memos 1'
    echo '2M-memos 2000000 300000 50000'
    [[ ${BENCH_FULL:-0} != 1 ]] || echo '10M 10000000 1000000 100000 --memos 1'
}

database_of() { echo "$OUT/crm-$1.db"; }

# The demo's memos are made of a few sentences. Here each is two of those that the tests know the answer to.
vary_memos() {
    sqlite3 "$1" <<SQL || die "no other memos"
CREATE TEMP TABLE sentence (number INTEGER PRIMARY KEY, text TEXT);
$(cut -s -f 2 "$PROJECT_DIR"/tests/fixtures/memos*.tsv | sed "s/'/''/g; s/.*/INSERT INTO sentence (text) VALUES ('&');/")
CREATE TEMP TABLE count AS SELECT count(*) AS sentences FROM sentence;
UPDATE memo SET text = (SELECT group_concat(text, '. ') FROM sentence, count
    WHERE number IN (1 + memo.rowid * 7919 % sentences, 1 + memo.rowid * 104729 % (sentences - 1)));
SQL
}

# Kept from run to run: it is the same demo every time.
make_database() {
    local name deals people organizations others path
    read -r name deals people organizations others < <(databases | grep "^$1 ")
    path=$(database_of "$name")
    if [[ ! -s $path || $(cat -- "$path.made" 2>/dev/null) != "$deals $people $organizations ${others:-}" || $PROJECT_DIR/lib/crm/demo.c -nt $path.made || $PROJECT_DIR/lib/crm/demo_words.h -nt $path.made ]]; then
        say "making $(basename -- "$path")"
        # shellcheck disable=SC2086
        "$CLI" demo --output "$path" --deals "$deals" --people "$people" --organizations "$organizations" ${others:-} >/dev/null ||
            die "no database"
        [[ $name != motley ]] || vary_memos "$path"
        echo "$deals $people $organizations ${others:-}" >"$path.made" && touch -d '1 hour ago' "$path"
    fi
    cat "$path" >/dev/null # into the page cache
}

# timed COMMAND...: {"s","rss_kib"} of the whole process.
timed() {
    local began_ns ended_ns
    began_ns=$(date +%s%N)
    /usr/bin/time -o "$work_dir/rss_kib" -f %M "$@" >/dev/null 2>"$work_dir/stderr" || die "$* failed: $(cat "$work_dir/stderr")"
    ended_ns=$(date +%s%N)
    echo "{\"s\":$(((ended_ns - began_ns) / 1000))e-6,\"rss_kib\":$(cat "$work_dir/rss_kib")}"
}

run_day() { timed "$CLI" run --date "$DAY" --mode all --force; }

# The floor, then a generation alone, then one that is published (synced, compressed, with its status) and knows nothing of its memos.
generate_from() {
    local name=$1 round=$2 deals threads
    read -r _ deals _ < <(databases | grep "^$name ")
    export CACHE_DIR=$work_dir/generated/$name WORK_DIR=$work_dir/copies DB_PATH GENERATE_THREADS=2
    DB_PATH=$(database_of "$name")
    [[ -d $CACHE_DIR ]] || run_day >/dev/null
    note generation "$name floor" "$round" "$(timed "$BUILD/bench/floor" "$DB_PATH")"
    for threads in 1 2; do
        GENERATE_THREADS=$threads
        note generation "$name $threads" "$round" \
            "$(timed "$BUILD/bench/generation" "$DB_PATH" "$DAY" "$threads" | jq -c ". + {deals: $deals}")"
    done
    rm -f "$CACHE_DIR/.memo_findings"
    note generation "$name 2 first" "$round" "$(run_day)"
}

# One that knows what an earlier one has found, as every morning's run does.
publish_from() {
    local name=$1 round=$2
    export CACHE_DIR=$work_dir/generated/$name WORK_DIR=$work_dir/copies DB_PATH GENERATE_THREADS=2
    DB_PATH=$(database_of "$name")
    note generation "$name 2 published" "$round" "$(run_day)"
}

# bench_databases PUBLISHED NAME...: that many are published for each round, in turns.
bench_databases() {
    local published=$1 name round
    shift
    for name in "$@"; do
        make_database "$name"
        say "generation: $name, $(du -m "$(database_of "$name")" | cut -f1) MiB"
    done
    for ((round = 0; round < ROUNDS; round++)); do
        for name in "$@"; do generate_from "$name" "$round"; done
    done
    for ((round = 0; round < ROUNDS * published; round++)); do
        for name in "$@"; do publish_from "$name" "$round"; done
    done
}

bench_generation() {
    bench_databases 5 wide motley bare
    bench_databases 1 200k
    bench_databases 1 2M 2M-memos
    [[ ${BENCH_FULL:-0} != 1 ]] || bench_databases 1 10M
}


## A worker

# Fails while nobody listens.
ask_status() {
    env -i PATH="$PATH" REQUEST_METHOD=GET DOCUMENT_URI="$API/status" QUERY_STRING= REQUEST_ID=bench \
        cgi-fcgi -bind -connect "$1" 2>/dev/null
}

bench_worker() {
    local round socket=$work_dir/worker.sock pid began_ns ended_ns
    export CACHE_DIR=$work_dir/generated/worker WORK_DIR=$work_dir/copies DB_PATH=$work_dir/none.db
    say "a worker: start and size"
    for ((round = 0; round < ROUNDS * 4; round++)); do
        began_ns=$(date +%s%N)
        spawn-fcgi -n -s "$socket" -- "$BUILD/bin/riskreport.fcgi" 2>"$work_dir/stderr" & # -n: it becomes the worker
        pid=$!
        worker_pid=$pid
        until ask_status "$socket" >"$work_dir/answer"; do kill -0 "$pid" || die "no worker: $(cat "$work_dir/stderr")"; done
        ended_ns=$(date +%s%N)
        grep -q '^{"offline"' "$work_dir/answer" || die "another answer: $(cat "$work_dir/answer")"
        note worker 'start to first answer' "$round" "{\"ms\":$(((ended_ns - began_ns) / 1000))e-3}"
        note worker 'resident' "$round" "{\"rss_kib\":$(awk '/^VmRSS/ {print $2}' "/proc/$pid/status")}"
        kill "$pid"
        wait "$pid"
        worker_pid=''
        rm -f "$socket"
    done
}


mkdir -p "$OUT"
BUILD=$PROJECT_DIR/$BUILD
: >"$FIGURES"
note environment 'machine' 0 "$(jq -n --arg cpu "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" --argjson cores "$(nproc)" \
    --arg date "$(date +%F)" --arg kernel "$(uname -r)" --arg commit "$(git -C "$PROJECT_DIR" describe --always --dirty 2>/dev/null)" \
    '{cpu: $cpu, cores: $cores, date: $date, kernel: $kernel, commit: $commit}')"
case ${BENCH_ONLY:-all} in
all)
    bench_requests
    bench_disturbed
    bench_generation
    bench_worker
    ;;
requests) bench_requests ;;
disturbed) bench_disturbed ;;
generation) bench_generation ;;
worker) bench_worker ;;
series | store)
    "$BENCH_DIR/$BENCH_ONLY.sh"
    exit
    ;;
*) die "BENCH_ONLY is requests, disturbed, generation, worker, series or store" ;;
esac

[[ ! -f $OUT/report.json ]] || mv "$OUT/report.json" "$OUT/previous.json"
[[ -f $OUT/previous.json ]] || echo '{}' >"$OUT/previous.json"
jq -s -f "$BENCH_DIR/report.jq" "$FIGURES" >"$OUT/report.json" || die "the figures cannot be summed up"
jq -r --slurpfile before "$OUT/previous.json" -f "$BENCH_DIR/table.jq" "$OUT/report.json"
jq -r -f "$BENCH_DIR/picture.jq" "$OUT/report.json" >"$OUT/report.svg"
say "written: build/bench/report.json, build/bench/report.svg"
