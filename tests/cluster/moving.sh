#!/usr/bin/env bash
# From files to PostgreSQL and back: nothing is lost on the way. The tables: made, made again, checked, brought up to date; and what
# the least that the service may do is good for.
# shellcheck source=tests/cluster/hosts.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/hosts.sh"

pg_new_store() { # the script makes it itself, step by step
    pg_sql postgres "CREATE DATABASE \"$1\" OWNER owner" && REPORT_STORE=$(pg_uri riskreport "$1") && owner=$(pg_uri owner "$1")
}
cluster
store=$REPORT_STORE
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"

# told NAME STATUS WORDS COMMAND...: how it ends, and what its one line says
told() {
    local name=$1 want=$2 words=$3 have
    shift 3
    "$@" >"$work_dir/told" 2>&1
    have=$?
    cat "$work_dir/told" >>"$work_dir/all_told"
    if [[ $have == "$want" ]] && grep -qE -- "$words" <(cat "$work_dir/told"; echo); then pass "$name"; else fail "$name" "status $have" "$(cat "$work_dir/told")"; fi
}
store_command() { on a env REPORT_STORE="$1" "$CLI" store "${@:2}"; }

## A host with files
export REPORT_STORE=file
start_hosts "$work_dir/crm.db"
stop_host b c
for date in 2026-01-08 2026-01-09 2026-01-10; do
    for mode in offline online; do ask a "?date=$date&mode=$mode"; done
done
ask a '?date=2026-01-10'
etag=$(header ETag) modified=$(header Last-Modified) files=$(files_of a)
same 'six reports and two statuses in files' '200 hit 8' "$status $(header X-Report-Source) $(wc -l <<<"$files")"
stop_host a

## The tables
told 'check: no tables yet' 1 'store init' store_command "$owner" check
told 'upgrade: there is nothing to upgrade' 1 'store init' store_command "$owner" upgrade
told 'init by the role that serves: it may not' 1 'may not|permission|store' store_command "$store" init
told 'init by the owner' 0 'version' store_command "$owner" init
told 'once more: nothing to do' 0 'nothing to do' store_command "$owner" init
told 'check by the owner' 0 'is there' store_command "$owner" check
told 'check by the role that serves, which has no rights yet' 1 'lacks: .*USAGE on schema riskreport' store_command "$store" check
pg_sql shared 'GRANT USAGE ON SCHEMA riskreport TO riskreport'
told 'it says what is missing' 1 'lacks.*meta' store_command "$store" check
pg_grant shared
told 'and that nothing is any more' 0 'is there' store_command "$store" check
told 'a password in the address is refused' 2 'PGPASSFILE' store_command "${store/@/:$PG_PASSWORD@}" check
told 'a wrong password' 1 'let this user in|cannot be reached' on a env REPORT_STORE="$store" PGPASSFILE=/dev/null PGPASSWORD=wrong "$CLI" store check

## There
export REPORT_STORE=$store
operate a store import >"$work_dir/import" 2>&1
same 'import' 0 $?
cat "$work_dir/import" | sed 's/^/# /'
same 'six reports and two statuses are shared' '6 2' "$(pg_sql shared "SELECT (SELECT count(*) FROM riskreport.reports WHERE body IS NOT NULL) || ' ' || (SELECT count(*) FROM riskreport.status)")"
operate a store import >"$work_dir/import" 2>&1
same 'once more: nothing is new' '0 6' "$? $(pg_sql shared 'SELECT last_value FROM riskreport.revision')"
same 'the files are as they were' "$files" "$(files_of a)"
for host in "${HOSTS[@]}"; do start_host "$host"; done
same_files 'hosts that had nothing have all of it'
same 'and it is what it was' "$files" "$(files_of c)"
for host in "${HOSTS[@]}"; do
    ask "$host" '?date=2026-01-10'
    same "host $host: the same ETag and time" "200 hit $etag $modified" "$status $(header X-Report-Source) $(header ETag) $(header Last-Modified)"
done
ask b '?date=2026-01-11'
new=$(body .meta.job_run_id)
check 'a new report arrives everywhere' within 5 all_have_run 2026-01-11 "$new"
follower=$(follower_of b)
kill -KILL "$follower"
ask a '/recompute?date=2026-01-11' -X POST
check 'also where the follower was killed' within 10 all_have_run 2026-01-11 "$(body .job_run_id)"
check 'since another has taken its place' test "$(follower_of b)" != "$follower"
files=$(files_of a)

## A copy that is lost
stop_host b
rm -r "${work_dir:?}/b/cache"
start_host b
same_files 'a host whose files were wiped catches up'
rm "$work_dir/c/cache/2026-01-10.json"
ask c '?date=2026-01-10'
same 'a single file that was removed is no trouble' "200 2026-01-10" "$status $(body .meta.as_of)"
same_files 'and all agree again'
same 'every file is valid' 0 "$(operate b verify >/dev/null 2>&1; echo $?)"

## Retention
files=$(files_of a | wc -l)
find "$work_dir"/?/cache -name '2026-01-08.json' -exec touch -d '40 days ago' {} +
pg_sql shared "UPDATE riskreport.reports SET published_us = published_us - 40 * 86400000000 WHERE as_of = '2026-01-08'"
told 'prune' 0 '' operate a prune
check 'what is past its age goes from all hosts' within 10 eval '[[ -z $(find "$work_dir"/?/cache -name "2026-01-08.json") ]]'
same_files 'all have the rest'
same 'two reports less' $((files - 2)) "$(files_of c | wc -l)"
same 'and the shared store keeps no body of them' 0 "$(pg_sql shared "SELECT count(*) FROM riskreport.reports WHERE as_of = '2026-01-08' AND body IS NOT NULL")"

## The tables of an older and of a newer program
pg_sql shared 'DROP TABLE riskreport.requests; UPDATE riskreport.meta SET version = 1'
told 'older tables: check says what to do' 1 'store upgrade' store_command "$store" check
ask a '?date=2026-01-10'
same 'hits go on' '200 hit' "$status $(header X-Report-Source)"
told 'upgrade' 0 'version' store_command "$owner" upgrade
pg_grant shared
told 'check again' 0 'is there' store_command "$store" check
check 'and all is well by itself' within 15 eval 'ask b "/recompute?date=2026-01-10" -X POST; [[ $(body .result) == SUCCESS ]]'
version=$(pg_sql shared 'SELECT version FROM riskreport.meta')
pg_sql shared 'UPDATE riskreport.meta SET version = 99'
told 'newer tables: check says what to do' 1 'newer program' store_command "$store" check
told 'upgrade does not touch them' 1 'newer program' store_command "$owner" upgrade
pg_sql shared "UPDATE riskreport.meta SET version = $version"

## Everything but init by the role that serves
for command in 'run --date 2026-01-12' take status verify prune doctor 'store check' 'store import' 'store export'; do
    # shellcheck disable=SC2086  # words
    told "riskreport $command" 0 '' operate a $command
done
same_files 'all hosts have the same files'

## And back
files=$(files_of a)
for host in a b c; do stop_host "$host"; done
rm -r "${work_dir:?}/a/cache"
told 'export into an empty folder' 0 '' operate a store export
same 'all of it is there' "$files" "$(files_of a)"
pg_stop
export REPORT_STORE=file
start_host a
ask a '?date=2026-01-10'
same 'a host with files again, and no PostgreSQL' '200 hit' "$status $(header X-Report-Source)"
ask a '/recompute?date=2026-01-10' -X POST
same 'which makes reports as ever' '200 SUCCESS' "$status $(body .result)"
same 'no password in any log, nor in what commands say' '' "$(grep -lrF "$PG_PASSWORD" "$work_dir"/?/run/*.log "$work_dir"/all_told "$work_dir"/?/run.log)"
finish
