#!/usr/bin/env bash
# BENCH_ONLY=store make bench: what it costs that hosts share their store (docs/scale-out.md), beside files alone, in turns: hits, a run
# that publishes both modes, and what the PostgreSQL has to do for hits. Prints a table of medians.
#   BENCH_ROUNDS    5    rounds of hits; of runs four times as many
#   BENCH_SECONDS   3    of each measurement of hits
export BUILD=build/postgresql
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=tests/postgresql.sh
source "$PROJECT_DIR/tests/postgresql.sh"
trap 'stop_service; pg_clean_up; clean_up' EXIT
trap 'exit 130' INT
readonly ROUNDS=${BENCH_ROUNDS:-5} SECONDS_EACH=${BENCH_SECONDS:-3} DAY=2026-01-10
cd -- "$PROJECT_DIR" || exit

die() { printf 'bench: %s\n' "$*" >&2; exit 1; }
median() { sort -n "$1" | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
transactions() { pg_sql postgres "SELECT xact_commit FROM pg_stat_database WHERE datname = 'shared'"; }

# with STORE COMMAND...: files alone, or the shared store; each has a cache of its own.
with() {
    local store=$1
    shift
    if [[ $store == file ]]; then REPORT_STORE='file' "$@"; else REPORT_STORE=$shared_uri "$@"; fi
}

hits() { # STORE
    local url
    rm -rf "$work_dir/cache" "$work_dir/run"
    with "$1" start_service DB_PATH="$work_dir/crm.db"
    url="$BASE$API?date=$DAY"
    report "?date=$DAY" && report "?date=$DAY"
    [[ $status == 200 && $(header X-Report-Source) == hit ]] || die "no hit with $1"
    sleep 1 # statistics come a little later
    before=$(transactions)
    wrk -t1 -c16 -d"${SECONDS_EACH}s" -s tests/bench/wrk.lua "$url" | tail -n 1 >"$work_dir/wrk.json"
    sleep 1
    jq .per_s "$work_dir/wrk.json" >>"$work_dir/hits.$1"
    jq .p99_ms "$work_dir/wrk.json" >>"$work_dir/p99.$1"
    [[ $1 == file ]] || echo $(($(transactions) - before)) >>"$work_dir/transactions"
    stop_service
}

run_once() { # STORE
    local began_ms
    export CACHE_DIR=$work_dir/runs.$1 DB_PATH=$work_dir/crm.db
    began_ms=$(now_ms)
    with "$1" "$CLI" run --date "$DAY" --force >/dev/null 2>&1 || die "a run with $1 fails"
    echo $(($(now_ms) - began_ms)) >>"$work_dir/run.$1"
}

"$CLI" demo --output "$work_dir/crm.db" >/dev/null && touch -d '1 hour ago' "$work_dir/crm.db" || die "no demo CRM"
pg_make && pg_start && pg_new_store shared || die "no PostgreSQL"
shared_uri=$REPORT_STORE
for ((round = 0; round < ROUNDS; round++)); do
    for store in file shared; do
        hits "$store"
        for ((i = 0; i < 4; i++)); do run_once "$store"; done
    done
done
printf '%-34s %10s %10s\n' '' 'files' 'shared' \
    'hits a second' "$(median "$work_dir/hits.file")" "$(median "$work_dir/hits.shared")" \
    'p99 of hits, ms' "$(median "$work_dir/p99.file")" "$(median "$work_dir/p99.shared")" \
    'a run of both modes, ms' "$(median "$work_dir/run.file")" "$(median "$work_dir/run.shared")" \
    "transactions during $SECONDS_EACH s of hits" 0 "$(median "$work_dir/transactions")"
