#!/usr/bin/env bash
# riskreport doctor: finds each thing that is wrong, says how to mend it, and leaves all as it was; riskreport status for people.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

export DB_PATH=$work_dir/crm.db
settled_copy "$FIXTURES/crm_small.db" "$DB_PATH"

# visit NAME STATUS: what the doctor says, in $said.
visit() {
    said=$("$CLI" doctor 2>&1)
    same "$1: exit status $2" "$2" $?
}
# finds NAME STATE WHAT TEXT: is there such a line? And one below it that says how to mend what is wrong.
finds() {
    check "$1" awk -v state="$2" -v what="$3" -v text="$4" '
        $1 == state && $2 == what && index($0, text) { found = 1; if (state == "WRONG") { getline; found = /^ +-> ./ } exit }
        END { exit !found }' <<<"$said"
}
on_terminal() { script -qec "$*" /dev/null | tr -d '\r'; }

start_service
visit 'nothing made yet' 1
finds 'a mode without a report' WRONG offline 'no report has been made yet'
finds 'the database is sound' ok database 'tables, columns and pages are sound'
finds 'both sockets are listened to' ok sockets 'worker.sock: a pool listens'
finds 'the other too' ok sockets 'compute.sock: a pool listens'
finds 'nginx takes its configuration' ok nginx 'is accepted'
finds 'the zone' ok clock 'in Asia/Seoul'
"$CLI" run >/dev/null
visit 'all is well' 0
same 'and it says so, last' 'all is well' "$(tail -n 1 <<<"$said")"
check 'with nothing wrong' test -z "$(grep WRONG <<<"$said")"
report "?date=$(TZ=Asia/Seoul date +%F)"
same 'the workers are as well after the visit' '200 hit' "$status $(header X-Report-Source)"

same 'status on a terminal is a table' 'MODE offline online' "$(on_terminal "$CLI" status | cut -d' ' -f1 | xargs)"
same 'of one mode' 'online SUCCESS' "$(on_terminal "$CLI" status --mode online | awk 'NR == 2 { print $1, $2 }')"
check 'JSON where that is asked for' jq -e .online.last_success <<<"$(on_terminal "$CLI" status --json)"
check 'or where nobody looks' jq -e .online.last_success <<<"$("$CLI" status)"

bash -c 'exec {fd}>>"$CACHE_DIR/.counterparty_risk.lock"; flock "$fd"; echo >"$1"; exec sleep 60' holder "$work_dir/held" &
holder=$!
until [[ -e $work_dir/held ]]; do sleep 0.05; done
visit 'a lock that is held is no fault' 0
finds 'who took it' note lock 'taken by process'
kill "$holder"
wait "$holder" 2>/dev/null
flock "$CACHE_DIR/.counterparty_risk.lock" sleep 60 &
holder=$!
until "$CLI" doctor | grep -q "held by process $holder (flock), which began at 20"; do
    sleep 0.05
    ((++tries < 100)) || break
done
visit 'nor while its holder lives' 0
finds 'who holds it, and since when' note lock "held by process $holder (flock), which began at 20"
pkill -P "$holder"
kill "$holder" 2>/dev/null
wait "$holder" 2>/dev/null

export READY_MAX_AGE_SEC=60
jq -c '.last_success.generated_at = "2026-01-10T08:00:00+09:00"' "$CACHE_DIR/status.json" >"$work_dir/status" && cp "$work_dir/status" "$CACHE_DIR/status.json"
printf '{' >"$CACHE_DIR/2026-01-11.json"
printf 'server {' >>"$RUN_DIR/nginx.conf"
cp -- "$DB_PATH" "$work_dir/good.db"
sqlite3 "$DB_PATH" 'ALTER TABLE deal RENAME COLUMN "금액" TO "amount"'
visit 'much is wrong' 1
finds 'an old success' WRONG offline 'the last success is'
finds 'a broken report' WRONG cache 'files are broken'
finds 'by its name' note cache 'report_cache/2026-01-11.json'
finds 'a missing column' WRONG database 'has no column "금액"'
finds 'a changed database' note database 'DB_STABLE_WINDOW_SEC'
finds 'nginx.conf' WRONG nginx 'is refused'
rm -- "$CACHE_DIR/2026-01-11.json"
visit 'the broken one removed' 1
finds 'and the cache is well' ok cache 'all valid'
DB_STABLE_WINDOW_SEC=0 "$CLI" run >/dev/null 2>&1
visit 'a failed run' 1
finds 'why' WRONG online 'the last run failed: DB_INVALID'
check 'status tells it on a line of its own' grep -q '^ *DB_INVALID: ' <<<"$(on_terminal "$CLI" status)"
cp -- "$work_dir/good.db" "$DB_PATH"
exec {writer}> >(exec sqlite3 "$DB_PATH")
writer_pid=$!
echo 'BEGIN EXCLUSIVE;' >&"$writer"
until [[ $("$CLI" doctor) == *'locked by a writer'* ]]; do
    sleep 0.05
    ((++writer_tries < 100)) || break
done
visit 'a writer in the middle' 1
finds 'is found, and to be ended' WRONG database 'locked by a writer'
exec {writer}>&-
wait "$writer_pid"
visit 'ended' 1
finds 'and the database is sound' ok database 'tables, columns and pages are sound'
head -c 20000 "$work_dir/good.db" >"$DB_PATH"
visit 'a database cut short' 1
finds 'is found' WRONG database "$DB_PATH"
rm -- "$DB_PATH"
visit 'no database' 1
if has_peers; then finds 'is said' note database 'other hosts'; else finds 'is said' WRONG database 'cannot be found'; fi
stop_service
visit 'stopped pools' 1
finds 'are missed' WRONG sockets 'nobody listens'
CACHE_DIR=$work_dir/none visit 'no cache' 1
finds 'is said too' WRONG cache 'No such file or directory'
check 'and none is made' test ! -e "$work_dir/none"
printf 'no folder' >"$work_dir/none"
CACHE_DIR=$work_dir/none visit 'a file in its place' 1
finds 'is no folder' WRONG cache 'it is no folder'
DB_RETRY=many visit 'a bad setting' 1
finds 'is named' WRONG settings 'DB_RETRY="many"'
unset DB_RETRY

## What belongs to somebody else: as nobody, in a cache of theirs. Each is mended as the doctor says.

if ((EUID != 0)); then
    echo '# not root: there is nobody else to be'
    finish
fi
chmod 0755 "$work_dir"
cp -- "$CLI" "$work_dir/riskreport"
export CACHE_DIR=$work_dir/theirs
unset RUN_DIR READY_MAX_AGE_SEC
cp -- "$work_dir/good.db" "$DB_PATH" && touch -d '1 hour ago' "$DB_PATH"
install -d -o nobody "$CACHE_DIR"
CLI=$work_dir/theirs-riskreport
printf '#!/bin/sh\nexec setpriv --reuid=nobody --regid=nogroup --clear-groups %s "$@"\n' "$work_dir/riskreport" >"$CLI"
chmod 0755 "$CLI"
"$CLI" run >/dev/null
follower=''
if has_peers; then # or it would be missed
    "$CLI" follow 2>"$work_dir/follow.log" &
    follower=$!
    for _ in {1..100}; do ! grep -q store_connected "$work_dir/follow.log" || break; sleep 0.05; done
fi
visit 'all is well with what is theirs' 0

chmod 0600 "$DB_PATH"
visit 'a database that it may not read' 1
finds 'is found' WRONG database 'Permission denied'
chmod 0644 "$DB_PATH"
chown root "$CACHE_DIR/.counterparty_risk.lock" && chmod 0600 "$CACHE_DIR/.counterparty_risk.lock"
visit "a lock of root's" 1
finds 'is found' WRONG lock 'Permission denied'
chown nobody "$CACHE_DIR/.counterparty_risk.lock"
chown root "$CACHE_DIR"
visit "a folder of root's" 1
finds 'is found' WRONG cache "belongs to root, and this is nobody"
chown nobody "$CACHE_DIR"
chmod 0500 "$CACHE_DIR"
visit 'a folder that cannot be written' 1
finds 'is found' WRONG cache 'Permission denied'
chmod 0700 "$CACHE_DIR"
visit 'mended' 0
if mount -t tmpfs -o size=64m,uid=nobody riskreport-doctor "$CACHE_DIR" 2>/dev/null; then
    "$CLI" run >/dev/null
    visit 'little room' 1
    finds 'is found' WRONG cache 'MiB are free on its disk'
    umount "$CACHE_DIR"
    visit 'mended' 0
fi
[[ -z $follower ]] || { kill "$follower" && wait "$follower"; }

finish
