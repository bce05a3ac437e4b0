#!/usr/bin/env bash
# One state of the database, whoever writes to it meanwhile: never a mixture (known failure: a copy of a live database in
# WAL mode could be torn).
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

export CACHE_DIR=$work_dir/cache WORK_DIR=$work_dir/copies REPORT_TZ=Asia/Seoul DB_STABLE_WINDOW_SEC=0 DB_RETRY=50 DB_RETRY_INTERVAL_SEC=0
export DB_PATH=$work_dir/crm.db

# A database whose state is in every row: all deals have the same amount, N million, and so the baseline of the one
# counterparty is 100 times that.
make_state() { # FILE N
    rm -f -- "$1"
    sqlite3 "$1" >/dev/null <<SQL
CREATE TABLE deal ("id","peopleId","organizationId","이름","상태","과정포맷","금액","예상 체결액","계약 체결일","수주 예정일","수강시작일","수강종료일","성사 가능성");
CREATE TABLE people ("id","소속 상위 조직");
CREATE TABLE organization ("id","이름");
INSERT INTO organization VALUES ('o', 'O');
INSERT INTO people VALUES ('p', 'C');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO deal SELECT 'd' || i, 'p', 'o', hex(zeroblob(2000)), 'Won', '출강', '${2}000000', NULL, '2025-03-01', NULL, '2025-03-02', NULL, NULL FROM n;
SQL
}
baseline() { jq '.counterparties[0].baseline / 100000000' "$1"; }

make_state "$DB_PATH" 3
"$CLI" generate --db "$DB_PATH" --date 2026-01-10 --output "$work_dir/out.json"
same 'the state is in the report' 3 "$(baseline "$work_dir/out.json")"

# A writer in WAL mode commits a new state all the time; what is in the log and not yet in the file counts.
sqlite3 "$DB_PATH" 'PRAGMA journal_mode = WAL' >/dev/null
{
    echo 'PRAGMA wal_autocheckpoint = 5000; PRAGMA busy_timeout = 1000;'
    for ((i = 0; i < 4000; i++)); do
        echo "UPDATE deal SET \"금액\" = '$((i % 9 + 1))000000';"
        sleep 0.01
    done
} | sqlite3 "$DB_PATH" >/dev/null 2>&1 &
writer=$!
whole=0 torn=0 unstable=0
for snapshot in read copy read copy read copy read copy; do
    if SNAPSHOT=$snapshot "$CLI" run --date 2026-01-10 --mode offline --force >/dev/null 2>"$work_dir/error"; then
        if [[ $(baseline "$CACHE_DIR/2026-01-10.json") =~ ^[1-9]$ ]]; then whole=$((whole + 1)); else torn=$((torn + 1)); fi
    elif grep -q DB_UNSTABLE_OR_UPDATING "$work_dir/error"; then
        unstable=$((unstable + 1))
    else
        torn=$((torn + 1))
        cat "$work_dir/error"
    fi
done
kill "$writer" 2>/dev/null
wait "$writer" 2>/dev/null
same 'under a writer in WAL mode: one state, or unstable' "8 0" "$((whole + unstable)) $torn"
check "some of it really was read ($whole of 8)" test "$whole" -gt 0

# Copies are named by date and time, and whole.
rm -f -- "$DB_PATH"*
make_state "$DB_PATH" 4
sleep 0.1
SNAPSHOT=copy "$CLI" run --date 2026-01-10 --force >/dev/null
check 'SNAPSHOT=copy keeps its copy by name' bash -c 'ls "$1" | grep -qE "^salesmap_snapshot_2026-01-10_[0-9]{6}\.db$"' - "$WORK_DIR"
same 'and gives the same report' 4 "$(baseline "$CACHE_DIR/2026-01-10.json")"

# Renamed over again and again: no waiting is needed, since either file is whole.
make_state "$work_dir/a.db" 1
make_state "$work_dir/b.db" 9
cp "$work_dir/a.db" "$DB_PATH"
tally() { # FILE WAS_READ: counts a report of one state as good, anything but that or unstable as bad
    if [[ $2 == 0 ]]; then
        if [[ $(baseline "$1") =~ ^(1|9)$ ]]; then good=$((good + 1)); else bad=$((bad + 1)); fi
    elif ! grep -q DB_UNSTABLE_OR_UPDATING "$work_dir/error"; then
        bad=$((bad + 1))
        cat "$work_dir/error"
    fi
}
(
    for ((i = 0; i < 400; i++)); do
        for state in a b; do
            cp "$work_dir/$state.db" "$work_dir/new.db" && mv "$work_dir/new.db" "$DB_PATH"
            sleep 0.0$((RANDOM % 10))
        done
    done
) 2>/dev/null &
writer=$!
good=0 bad=0
for _ in {1..15}; do
    "$CLI" generate --db "$DB_PATH" --date 2026-01-10 --output "$work_dir/out.json" 2>"$work_dir/error"
    tally "$work_dir/out.json" $?
done
kill "$writer"
wait "$writer" 2>/dev/null
same "renamed over: never a mixture, never another error (read $good of 15)" 0 "$bad"

# Overwritten in place, with the same size, by a writer that stalls in the middle: nothing in the file tells, so the
# window must be longer than any stall. Here it is 1 s, and the writer rests for a little more.
size=$(stat -c %s "$work_dir/a.db")
(
    for ((i = 0; i < 40; i++)); do
        for state in a b; do
            { head -c $((size / 2)) "$work_dir/$state.db" && sleep 0.3 && tail -c +$((size / 2 + 1)) "$work_dir/$state.db"; } 1<>"$DB_PATH"
            sleep 1.3
        done
    done
) 2>/dev/null &
writer=$!
good=0 bad=0
for _ in {1..5}; do
    DB_STABLE_WINDOW_SEC=1 DB_RETRY=3 DB_RETRY_INTERVAL_SEC=1 "$CLI" run --date 2026-01-10 --mode offline --force >/dev/null 2>"$work_dir/error"
    tally "$CACHE_DIR/2026-01-10.json" $?
    sleep 0.17
done
kill "$writer"
wait "$writer" 2>/dev/null
same "overwritten in place: never a mixture, never another error (read $good of 5)" 0 "$bad"

# A writer that holds the database: unstable, in bounded time.
rm -f -- "$DB_PATH"
make_state "$DB_PATH" 5
sleep 0.1
coproc HOLDER { sqlite3 "$DB_PATH" 2>&1; }
echo 'BEGIN EXCLUSIVE; SELECT 1;' >&"${HOLDER[1]}"
read -r _ <&"${HOLDER[0]}"
began_ms=$(now_ms)
DB_RETRY=0 "$CLI" run --date 2026-01-11 --mode offline >/dev/null 2>"$work_dir/error"
check 'a locked database is unstable' grep -q DB_UNSTABLE_OR_UPDATING "$work_dir/error"
below 'in bounded time' 15000 $(($(now_ms) - began_ms))
kill "$HOLDER_PID"
finish
