#!/usr/bin/env bash
# PostgreSQL is stopped, killed, throws its connections out, has no room on its disk, and hangs, while readers read on all hosts:
# no wrong answer, no error on hits, stale answers with the reason for what is absent, and all is well again without a hand.
# Once, with CLUSTER=full three times.
# shellcheck disable=SC2317  # what runs in the background only looks unreachable
# shellcheck source=tests/cluster/hosts.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/hosts.sh"

ROUNDS=$([[ ${CLUSTER:-} == full ]] && echo 3 || echo 1)
readonly ROUNDS AGAIN_S=15
log=$work_dir/reads
data_mib=''
((EUID != 0)) || data_mib=100
cluster $data_mib
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_hosts "$work_dir/crm.db" REQUEST_DEADLINE_SEC=5
ask a '?date=2026-01-10&mode=online'
ask a '?date=2026-01-10'
same 'a report is there' '200 generated' "$status $(header X-Report-Source)"
first_run=$(body .meta.job_run_id)
body .meta.job_run_id >"$work_dir/runs"
check 'and everywhere' within 5 all_have_run 2026-01-10 "$first_run"

## Readers, one on each host, until $work_dir/enough is there: STATUS SOURCE RUN AS_OF MS a line

readonly READ='
    while [[ ! -e $2/enough ]]; do
        head=$(curl -sS -o "$2/read.$3" -w "%{http_code} %header{x-report-source} %{time_total}" "$1" 2>&1)
        echo "${head% *} $(head -n 1 "$2/read.$3" | sed -n "s/.*\"as_of\":\"\([^\"]*\)\".*\"job_run_id\":\"\([^\"]*\)\".*/\1 \2/p") ${head##* }"
        sleep 0.01
    done'
readers=()
for host in "${HOSTS[@]}"; do
    at "$host"
    "${there[@]}" bash -c "$READ" read "$(url_of "$host" '?date=2026-01-10')" "$work_dir" "$host" >"$log.$host" 2>/dev/null &
    readers+=($!)
done
clean_up_readers() {
    touch "$work_dir/enough"
    wait "${readers[@]}"
    clean_up_cluster
}
trap clean_up_readers EXIT

recompute_works() { # HOST
    ask "$1" '/recompute?date=2026-01-10' -X POST
    [[ $(body .result) == SUCCESS ]] && body .job_run_id >>"$work_dir/runs"
}
absent=0
next_date() { absent=$((absent + 1)) date=$(date -d "2026-03-01 +$absent day" +%F); } # $date: one that nobody has asked for

# What a host says while the store is away.
says_away() { # NAME HOST
    local date
    next_date
    ask "$2" "?date=$date"
    same "$1: what is absent is stale, and says why" "200 stale STORE_UNAVAILABLE $date" \
        "$status $(header X-Report-Source) $(body .meta.stale_error_code) $(body .meta.requested_as_of)"
    below "$1: within the deadline, and one connection that is waited for in vain" 8000 "$elapsed_ms"
    ask "$2" '/recompute?date=2026-01-10' -X POST
    same "$1: a recompute fails with that code" '500 FAILED STORE_UNAVAILABLE' "$status $(body .result) $(body .error_code)"
    next_date
    operate "$2" run --date "$date" --force >"$work_dir/run.out" 2>&1
    same "$1: so does the job" 1 $?
    check "$1: which says so ($(tail -n 1 "$work_dir/run.out"))" grep -q '^riskreport: STORE_UNAVAILABLE' "$work_dir/run.out"
}

# All is well by itself: every host can make a report, and all have it.
is_well_again() { # NAME
    local host date began_ms
    began_ms=$(now_ms)
    check "$1: a recompute works again by itself" within "$AGAIN_S" recompute_works b
    check "$1: and arrives everywhere" within "$AGAIN_S" all_have_run 2026-01-10 "$(tail -n 1 "$work_dir/runs")"
    echo "# $1: well again on all hosts after $(($(now_ms) - began_ms)) ms"
    for host in "${HOSTS[@]}"; do
        next_date
        ask "$host" "?date=$date"
        same "$1: host $host makes reports" "200 $date null" "$status $(body .meta.as_of) $(body .meta.is_stale)"
    done
}
ready() { # HOST: what /readyz says of the store
    on "$1" curl -s "http://127.0.0.1:${host_port[$1]}/readyz" | jq -r .checks.store
}
metric() { on "$1" curl -s "http://127.0.0.1:${host_port[$1]}/metrics" | sed -n "s/^$2 //p"; } # HOST NAME

for ((round = 1; round <= ROUNDS; round++)); do
    ## Stopped, and started again
    same 'readiness says that the store is there' ok "$(ready a)"
    same 'so do the metrics' 1 "$(metric a riskreport_store_up)"
    pg_stop
    says_away stopped a
    check 'stopped: readiness says so' within 30 eval '[[ $(ready a) != ok ]]'
    echo "# /readyz: $(ready a)"
    same 'stopped: and goes on to be 200' 200 "$(on a curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:${host_port[a]}/readyz")"
    check 'stopped: so do the metrics' within 10 eval '[[ $(metric a riskreport_store_up) == 0 ]]'
    pg_start
    is_well_again stopped
    check 'readiness says ok again' within 10 eval '[[ $(ready a) == ok && $(metric a riskreport_store_up) == 1 ]]'

    ## Crashed
    pg_stop QUIT
    says_away crashed b
    pg_start
    is_well_again crashed

    ## Every connection ended, again and again
    for _ in {1..10}; do
        pg_terminate_all >>"$work_dir/terminated"
        recompute_works c
        sleep 0.1
    done
    echo "# $(awk '{n += $1} END {print n}' "$work_dir/terminated") connections were ended, in 10 rounds"
    is_well_again terminated

    ## No room on its disk
    if [[ -n $data_mib ]]; then
        pg_as_user dd if=/dev/zero of="$pg_dir/data/filler" bs=64K 2>/dev/null
        check 'full disk: it is noticed' within 20 eval '! recompute_works a && [[ $(body .error_code) == STORE_UNAVAILABLE ]]'
        echo "# full disk: $(body .detail)"
        says_away 'full disk' a
        rm -f "$pg_dir/data/filler"
        is_well_again 'full disk'
    else
        echo '# only root can give it a small disk: that part is left out'
    fi

    ## It hangs: whoever asks gets no answer at all
    pg_signal STOP
    says_away hanging c
    pg_signal CONT
    is_well_again hanging
done

touch "$work_dir/enough"
wait "${readers[@]}"
reads=$(cat "$log".? | wc -l)
echo "# $reads hits meanwhile, the slowest $(awk '{print int($NF * 1000)}' "$log".? | sort -n | tail -n 1) ms"
check "much was read ($reads)" test "$reads" -gt 300
same 'every one was a hit' '' "$(grep -v '^200 hit 2026-01-10 ' "$log".? | head -n 5)"
same 'and of a run that was published' '' "$(sed 's/.* 2026-01-10 \([^ ]*\) .*/\1/' "$log".? | sort -u | grep -vxFf "$work_dir/runs" | head -n 5)"
same_files 'all hosts have the same files'
finish
