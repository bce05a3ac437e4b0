#!/usr/bin/env bash
# 300 cold requests over three hosts: one generation in the whole cluster, and none of them gets an error for it.
# shellcheck source=tests/cluster/hosts.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/hosts.sh"

cluster
"$CLI" demo --output "$work_dir/crm.db" --deals 5000
touch -d '1 hour ago' "$work_dir/crm.db"
start_hosts "$work_dir/crm.db"

herd() { # NAME QUERY COUNT_A_HOST DATE
    local name=$1 host i
    mkdir -p "$work_dir/$name"
    for host in "${HOSTS[@]}"; do
        for ((i = 0; i < $3; i++)); do
            printf 'url = "%s"\noutput = "%s"\n' "$(url_of "$host" "?$2")" "$work_dir/$name/$host-$i.json"
        done >"$work_dir/$name/$host.curl"
    done
    began_ms=$(now_ms)
    for host in "${HOSTS[@]}"; do
        on "$host" curl -sS --parallel --parallel-immediate --parallel-max "$3" -w '%{http_code}\n' -K "$work_dir/$name/$host.curl" \
            >"$work_dir/$name/$host.codes" 2>/dev/null &
        later_pids+=($!)
    done
    wait_for_answers
    echo "# $name: $(($3 * 3)) requests in $(($(now_ms) - began_ms)) ms"
    same "$name: $(($3 * 3)) answers of status 200" "$(($3 * 3)) 200" "$(sort "$work_dir/$name"/*.codes | uniq -c | xargs)"
    same "$name: one and the same run" 1 "$(jq -r .meta.job_run_id "$work_dir/$name"/*.json | sort -u | wc -l)"
    same "$name: all of the requested date" "$(($3 * 3)) $4" "$(jq -r .meta.as_of "$work_dir/$name"/*.json | sort | uniq -c | xargs)"
    same "$name: none is stale" 0 "$(grep -l is_stale "$work_dir/$name"/*.json | wc -l)"
}
generations() { for host in "${HOSTS[@]}"; do log_of "$host"; done | grep -c '"source":"generated"'; }

herd cold 'date=2026-03-03' 100 2026-03-03
same 'one generation in all' 1 "$(generations)"
herd cold-online 'date=2026-03-03&mode=online' 10 2026-03-03
same 'one more for the other mode' 2 "$(generations)"
same_files 'all hosts have the same files'
same 'the statuses name that run' "$(jq -r .meta.job_run_id "$work_dir/cold/a-0.json" "$work_dir/cold-online/a-0.json" | sort)" \
    "$(jq -r .last_run.job_run_id "$work_dir"/?/cache/status*.json | sort -u)"

# A dozen dates at once, asked of every host: each is made once.
for day in 01 02 03 04 05 06 07 08 09 10 11 12; do
    for host in "${HOSTS[@]}"; do ask_later "$day-$host" "$host" "?date=2026-04-$day"; done
done
wait_for_answers
same 'twelve dates of three hosts: 36 times 200' '36 200' "$(sed 's/ .*//' "$work_dir"/??-?.status | sort | uniq -c | xargs)"
same 'twelve more generations' 14 "$(generations)"
same_files 'and again all have the same'
finish
