#!/usr/bin/env bash
# The host that makes a report dies in the middle, or is cut off: another takes over within the deadline; what the first had in hand
# can never be published; nothing is lost; and at the end all hosts have the same.
# shellcheck source=tests/cluster/hosts.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/hosts.sh"

readonly DEADLINE_S=20
cluster
# large enough that there is a middle to be caught
"$CLI" demo --output "$work_dir/crm.db" --deals 300000
touch -d '1 hour ago' "$work_dir/crm.db"
start_hosts "$work_dir/crm.db" REQUEST_DEADLINE_SEC="$DEADLINE_S"
ask a '?date=2026-01-10'
same 'a report is there' '200 generated' "$status $(header X-Report-Source)"
kept=$(body .meta.job_run_id)
check 'and everywhere' within 5 all_have_run 2026-01-10 "$kept"

others_than() { printf '%s\n' "${HOSTS[@]}" | grep -vx "$1"; }

# Everybody asks at once; who begins to make it is stopped in the middle: $first.
catch_in_the_middle() { # DATE
    local host
    for host in "${HOSTS[@]}"; do ask_later "$host" "$host" "?date=$1"; done
    first=''
    for _ in {1..200}; do
        first=$(holder)
        [[ -z $first ]] || break
        sleep 0.02
    done
    [[ -n $first ]] || { fail "$1: somebody makes it"; finish; }
    signal_makers "$first" STOP
    check "$1: host $first is in the middle of it" test ! -e "$(cache_of "$first")/$1.json"
    began_ms=$(now_ms)
}

# What the others were answered; $run is what all must have in the end.
others_have_it() { # DATE
    local host answers=''
    within "$((DEADLINE_S + 5))" has_run_elsewhere "$1"
    echo "# $1: taken over from $first after $(($(now_ms) - began_ms)) ms"
    for host in $(others_than "$first"); do
        within "$DEADLINE_S" test -s "$work_dir/$host.status"
        answers+="$(sed 's/ .*//' "$work_dir/$host.status") $(jq -r '.meta | "\(.as_of) \(.stale_error_code // "fresh")"' "$work_dir/$host.body"), "
    done
    same "$1: the others were given the report, within the deadline" "200 $1 fresh, 200 $1 fresh, " "$answers"
    run=$(run_of "$(others_than "$first" | head -n 1)" "$1")
    same "$1: one run" "$run" "$(for host in $(others_than "$first"); do jq -r .meta.job_run_id "$work_dir/$host.body"; done | sort -u)"
}
has_run_elsewhere() { [[ -e $(cache_of "$(others_than "$first" | head -n 1)")/$1.json ]]; }

# The runs that the first host has begun for that date and could not end.
failed_runs() { # DATE
    log_of "$first" | jq -rR "fromjson? | select(.event == \"generation_failed\" and .as_of == \"$1\") | .job_run_id"
}

nothing_of_it_is_left() { # DATE
    local old
    old=$(failed_runs "$1")
    check "$1: host $first has told of the run that failed (${old:-none})" test -n "$old"
    same "$1: PostgreSQL has never heard of it" 0 \
        "$(pg_sql shared "SELECT (SELECT count(*) FROM riskreport.reports WHERE job_run_id IN ('${old//$'\n'/"','"}')) + (SELECT count(*) FROM riskreport.status WHERE document LIKE '%${old%%$'\n'*}%')")"
    same "$1: nor any file of a host" '' "$(grep -rlF "${old:-none}" "$work_dir"/?/cache --include='*.json')"
}

all_is_well() { # DATE
    local host
    check "$1: in the end all have that run" within 10 all_have_run "$1" "$run"
    check "$1: nothing else is lost" within 1 all_have_run 2026-01-10 "$kept"
    same_files "$1: all hosts have the same files"
    for host in "${HOSTS[@]}"; do
        ask "$host" "?date=$1"
        same "$1: and host $host serves it" "200 hit $run" "$status $(header X-Report-Source) $(body .meta.job_run_id)"
    done
}

## SIGKILL of all workers that make reports
catch_in_the_middle 2026-02-01
signal_makers "$first" KILL
others_have_it 2026-02-01
wait_for_answers
all_is_well 2026-02-01

if ((has_cables)); then
    ## Its cable is cut, and it goes on alone
    catch_in_the_middle 2026-02-02
    unplug "$first"
    others_have_it 2026-02-02
    signal_makers "$first" CONT
    wait_for_answers
    # or, where it was stopped for too long, that it had no time left
    same '2026-02-02: the host that was cut off gives a stale answer, and no report that others do not have' '200 stale true STORE_UNAVAILABLE' \
        "$(cat "$work_dir/$first.status") $(jq -r '.meta | "\(.is_stale) \(.stale_error_code)"' "$work_dir/$first.body" | sed 's/PIPELINE_FAILED/STORE_UNAVAILABLE/')"
    ask "$first" '?date=2026-01-10'
    same '2026-02-02: its hits go on' "200 hit $kept" "$status $(header X-Report-Source) $(body .meta.job_run_id)"
    check '2026-02-02: it has not kept what it made' test ! -e "$(cache_of "$first")/2026-02-02.json"
    plug "$first"
    began_ms=$(now_ms)
    check '2026-02-02: back, it catches up by itself' within 30 test -e "$(cache_of "$first")/2026-02-02.json"
    echo "# 2026-02-02: $(($(now_ms) - began_ms)) ms after the cable was mended"
    nothing_of_it_is_left 2026-02-02
    all_is_well 2026-02-02

    ## Its cable is cut, and mended before it goes on: its session is gone, and the lock with it
    catch_in_the_middle 2026-02-03
    unplug "$first"
    others_have_it 2026-02-03
    plug "$first"
    signal_makers "$first" CONT
    wait_for_answers
    same '2026-02-03: whom it answers late, it gives the others'\'' report, or a stale one' "" \
        "$(sed '/^200 /d' "$work_dir/$first.status")$(jq -r '.meta | select(.is_stale != true) | .job_run_id' "$work_dir/$first.body" | grep -vxF "$run")"
    nothing_of_it_is_left 2026-02-03
    all_is_well 2026-02-03
else
    echo '# no cable can be cut here: that part is left out'
fi
finish
