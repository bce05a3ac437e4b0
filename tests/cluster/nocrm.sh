#!/usr/bin/env bash
# A host without a CRM asks the others, of whom one makes the report; and who else would generate at the same time is skipped.
# shellcheck source=tests/cluster/hosts.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/hosts.sh"

readonly DEADLINE_S=8
cluster
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
for host in "${HOSTS[@]}"; do mkdir "$work_dir/$host"; done
for host in a b; do ln "$work_dir/crm.db" "$work_dir/$host/crm.db"; done
for host in "${HOSTS[@]}"; do start_host "$host" REQUEST_DEADLINE_SEC="$DEADLINE_S" RETRY_AFTER_FAIL_SEC=4; done

publications() { pg_sql shared 'SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM riskreport.revision'; }
requests() { pg_sql shared 'SELECT count(*) FROM riskreport.requests'; }

## One asks, one of the others makes it
ask c '?date=2026-01-10'
same 'a host without a CRM answers' '200 2026-01-10 null' "$status $(body .meta.as_of) $(body .meta.is_stale)"
echo "# in $elapsed_ms ms"
kept=$(body .meta.job_run_id)
same 'it was made once' 1 "$(publications)"
check 'and all have it' within 5 all_have_run 2026-01-10 "$kept"
same 'nothing is asked for any more' 0 "$(requests)"
for day in 01 02 03 04 05 06; do
    for mode in offline online; do ask_later "$day-$mode" c "?date=2026-02-$day&mode=$mode"; done
done
wait_for_answers
same 'a dozen reports at once' '12 200' "$(sed 's/ .*//' "$work_dir"/??-o*.status | sort | uniq -c | xargs)"
same 'each of its date, none stale' 12 "$(jq -r '.meta | select(.is_stale != true) | "\(.as_of) \(.mode)"' "$work_dir"/??-o*.body | sort -u | wc -l)"
same 'each was made once' 13 "$(publications)"

## Two take what is asked for: nobody makes what the other has taken
before=$(publications)
pg_sql shared "INSERT INTO riskreport.requests (mode, as_of, asked_by) SELECT 'offline', '2026-03-0' || n, 'c' FROM generate_series(1, 8) AS n"
operate a take >"$work_dir/take.a" 2>&1 &
taker=$!
operate b take >"$work_dir/take.b" 2>&1
same 'riskreport take: exit status' 0 $?
wait "$taker"
same 'of the other one too' 0 $?
echo "# taken by a: $(grep -c . "$work_dir/take.a") lines, by b: $(grep -c . "$work_dir/take.b") lines"
check 'all is taken' within 5 eval '[[ $(requests) == 0 ]]'
same 'eight reports, each made once' 8 "$(($(publications) - before))"

## Nobody can make it
before=$(publications)
rm "$work_dir"/[ab]/crm.db
ask c '?date=2026-04-01'
same 'no host has a CRM: the last success, marked' '200 stale true 2026-04-01' "$status $(header X-Report-Source) $(body .meta.is_stale) $(body .meta.requested_as_of)"
echo "# after $elapsed_ms ms: $(body .meta.stale_error_code)"
below 'within the deadline and a little' $((DEADLINE_S * 1000 + 2000)) "$elapsed_ms"
for day in 02 03 04 05 06 07; do ask_later "vain-$day" c "?date=2026-04-$day"; done
began_ms=$(now_ms)
wait_for_answers
same 'nor do six more wait one after the other' '6 200' "$(sed 's/ .*//' "$work_dir"/vain-*.status | sort | uniq -c | xargs)"
below 'but all for one deadline at most' $((DEADLINE_S * 1000 + 2000)) $(($(now_ms) - began_ms))
ask c '/recompute?date=2026-01-10' -X POST
same 'a recompute there fails' '500 FAILED DB_NOT_FOUND' "$status $(body .result) $(body .error_code)"
same 'and nothing was published' 0 "$(($(publications) - before))"
ask c '?date=2026-01-10'
same 'hits go on' "200 hit $kept" "$status $(header X-Report-Source) $(body .meta.job_run_id)"

## Generations that meet
"$CLI" demo --output "$work_dir/big.db" --deals 200000
touch -d '1 hour ago' "$work_dir/big.db"
for host in "${HOSTS[@]}"; do ln "$work_dir/big.db" "$work_dir/$host/crm.db"; done
ask_later first a '/recompute?date=2026-01-10' -X POST
check 'a recompute is on its way' within 5 has_holder
check 'and is held up' signal_makers a STOP
for host in b c; do
    ask "$host" '/recompute?date=2026-01-10' -X POST
    same "meanwhile host $host skips its own" '200 SKIPPED_LOCKED' "$status $(body .result)"
    below "host $host: without waiting, ms" 3000 "$elapsed_ms"
    check "host $host: with Retry-After" test -n "$(header Retry-After)"
done
signal_makers a CONT
wait_for_answers
same 'the first succeeds' '200 SUCCESS' "$(sed 's/ .*//' "$work_dir/first.status") $(jq -r .result "$work_dir/first.body")"
check 'and all have its report' within 5 all_have_run 2026-01-10 "$(jq -r .job_run_id "$work_dir/first.body")"

before=$(publications)
jobs=()
for host in "${HOSTS[@]}"; do
    (operate "$host" run --date 2026-01-11 >"$work_dir/job.$host" 2>&1; echo "exit $?" >>"$work_dir/job.$host") &
    jobs+=($!)
done
wait "${jobs[@]}"
same 'the daily job on all hosts at once: one makes both reports' '2' "$(cat "$work_dir"/job.? | grep -c ' SUCCESS$')"
same 'the others skip' '' "$(grep -hvE '(SUCCESS|SKIPPED_CACHE)$|^exit (0|75)$|old files removed$|lock' "$work_dir"/job.?)"
echo "# $(grep -h '^exit' "$work_dir"/job.? | sort | uniq -c | xargs)"
same 'two publications in all' 2 "$(($(publications) - before))"
for host in "${HOSTS[@]}"; do operate "$host" run --date 2026-01-11; done >"$work_dir/again" 2>&1
same 'started once more, all skip it, since it is there' '6' "$(grep -c ' SKIPPED_CACHE$' "$work_dir/again")"
same_files 'all hosts have the same files'
finish
