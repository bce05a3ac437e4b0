#!/usr/bin/env bash
# Many cold requests at once cost one generation, and none gets an error for it (known failure: 19 of 20 got 500).
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

"$CLI" demo --output "$work_dir/crm.db" --deals 5000
start_service DB_PATH="$work_dir/crm.db" WORKERS=4

herd() {
    local i
    mkdir -p "$work_dir/$1"
    for ((i = 0; i < $3; i++)); do
        printf 'url = "%s%s?%s"\noutput = "%s"\n' "$BASE" "$API" "$2" "$work_dir/$1/$i.json"
    done >"$work_dir/$1.curl"
    curl -sS --parallel --parallel-immediate --parallel-max 200 -w '%{http_code}\n' -K "$work_dir/$1.curl" >"$work_dir/$1.codes" 2>/dev/null
    same "$1: $3 answers of status 200" "$3 200" "$(sort "$work_dir/$1.codes" | uniq -c | xargs)"
    same "$1: one and the same run" 1 "$(jq -r .meta.job_run_id "$work_dir/$1"/*.json | sort -u | wc -l)"
    same "$1: all of the requested date" "$3 $4" "$(jq -r .meta.as_of "$work_dir/$1"/*.json | sort | uniq -c | xargs)"
    same "$1: none is stale" 0 "$(grep -l is_stale "$work_dir/$1"/*.json | wc -l)"
}

herd cold-offline 'date=2026-03-03' 200 2026-03-03
herd cold-online 'date=2026-03-03&mode=online' 20 2026-03-03
same 'two generations in all' 2 "$(worker_log | grep -c '"source":"generated"')"
report '/status?mode=offline'
same 'the status counts the one run' "$(jq -r .meta.job_run_id "$work_dir/cold-offline/0.json")" "$(body .last_run.job_run_id)"

# A dozen dates at once: each is made once.
for day in 01 02 03 04 05 06 07 08 09 10 11 12; do
    for _ in 1 2 3; do printf 'url = "%s%s?date=2026-04-%s"\noutput = "/dev/null"\n' "$BASE" "$API" "$day"; done
done >"$work_dir/dates.curl"
curl -sS --parallel --parallel-immediate --parallel-max 40 -w '%{http_code}\n' -K "$work_dir/dates.curl" >"$work_dir/dates.codes" 2>/dev/null
same 'twelve dates, three requests each: 36 times 200' '36 200' "$(sort "$work_dir/dates.codes" | uniq -c | xargs)"
same 'twelve more generations' 14 "$(worker_log | grep -c '"source":"generated"')"
finish
