#!/usr/bin/env bash
# Databases that nobody should be given: the right report of what is there, or the named error; never a crash, a hang, or more
# memory than their size explains. FAULT=full flips 2,000 bytes instead of 100; FAULT_SEED chooses other ones.
# (Writers at work while it is read: tests/service/snapshot.sh.)
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

flips=100
[[ ${FAULT:-} != full ]] || flips=2000
RANDOM=${FAULT_SEED:-1}
memory_kib=400000 # of address space
! ldd "$CLI" | grep -q asan || memory_kib=unlimited
cd -- "$work_dir" || exit

# ask DB: $code is the exit status, $report the report without the run's own marks, $error what was said.
ask() {
    touch -h -d '1 hour ago' -- "$1" 2>/dev/null
    (ulimit -v "$memory_kib" && exec timeout 60 "$CLI" generate --db "$1" --date 2026-03-03) >out.json 2>error
    code=$?
    report=$(sed '1d; s/"created_at":"[^"]*"//' out.json)
    error=$(cat error)
}
is_right() { ask "$2" && same "$1" "0 $right" "$code $report"; }
# is_refused NAME DB CODE [WHAT THE MESSAGE SAYS]
is_refused() {
    ask "$2"
    same "$1" "1 riskreport: $3 1" "$code ${error%%: "${error#riskreport: *: }"} $(wc -l <error)"
    [[ -z ${4:-} || $error == *"$4"* ]] || fail "$1: the message says why" "want: $4" "have: $error"
}
# changed SQL: a copy of the sound database, changed.db, after the SQL.
changed() {
    rm -f changed.db*
    cp sound.db changed.db
    sqlite3 -cmd '.dbconfig defensive off' changed.db "$1" >/dev/null || fail "the database can be changed: $1"
}

"$CLI" demo --output sound.db --deals 150 --year 2026
sqlite3 sound.db 'PRAGMA page_size = 512; VACUUM'
ask sound.db
right=$report
same 'a sound database' '0 true' "$code $(jq '.counterparties | length > 0' out.json)"

## What is no database

mkdir folder.db
mkfifo fifo.db
ln -s loop.db loop.db
yes 'this is no database' | head -c 5000 >text.db
: >empty.db
is_refused 'a folder' folder.db DB_INVALID 'not a regular file'
is_refused 'a FIFO' fifo.db DB_INVALID 'not a regular file'
is_refused 'an endless device' /dev/zero DB_INVALID 'not a regular file'
is_refused 'a symlink loop' loop.db DB_NOT_FOUND
is_refused 'nothing' nothing.db DB_NOT_FOUND
is_refused 'a text' text.db DB_INVALID
is_refused 'an empty file' empty.db DB_INVALID 'no table'
for ((i = 1; i < 16; i++)); do
    head -c $(($(stat -c %s sound.db) * i / 16)) sound.db >cut.db
    is_refused "$i sixteenths of a database" cut.db DB_INVALID
done
cp sound.db closed.db
chmod 000 closed.db
touch -d '1 hour ago' closed.db
without_rights=()
((EUID != 0)) || without_rights=(setpriv "--bounding-set=-dac_override,-dac_read_search")
"${without_rights[@]}" "$CLI" generate --db closed.db --date 2026-03-03 >out.json 2>error
same 'one that may not be read' '1 riskreport: DB_NOT_FOUND: the CRM database cannot be read: Permission denied' "$? $(cat error)"
for suffix in journal wal shm; do
    changed ''
    mkfifo "changed.db-$suffix"
    is_refused "a FIFO in the place of its -$suffix" changed.db DB_INVALID 'not a regular file'
done
changed 'PRAGMA journal_mode = WAL'
head -c 4000 /dev/urandom >changed.db-wal
is_right 'rubbish in the place of its -wal' changed.db

## Tables that are something else

columns_of() { sqlite3 sound.db "SELECT group_concat('\"' || name || '\"', ', ') FROM pragma_table_info('$1')"; }
for table in deal people organization; do
    changed "DROP TABLE $table"
    is_refused "no table $table" changed.db DB_INVALID "no table \"$table\""
    changed "ALTER TABLE $table RENAME TO other; CREATE VIEW $table AS SELECT * FROM other"
    is_refused "a view in the place of $table" changed.db DB_INVALID "no table \"$table\""
    changed "ALTER TABLE $table RENAME TO other; CREATE VIRTUAL TABLE $table USING fts5($(columns_of "$table"))"
    is_refused "a virtual table in the place of $table" changed.db DB_INVALID "no table \"$table\""
done
changed 'ALTER TABLE deal RENAME COLUMN "금액" TO "other"'
is_refused 'no column' changed.db DB_INVALID 'no column "금액"'
changed "ALTER TABLE deal RENAME COLUMN \"금액\" TO other; ALTER TABLE deal ADD COLUMN \"금액\" AS (hex(zeroblob(400000000)))"
is_refused 'a column that is computed, of 800 MB a row' changed.db DB_INVALID 'no column "금액"'
changed "CREATE TRIGGER t AFTER INSERT ON deal BEGIN DELETE FROM deal; END; CREATE VIEW v AS SELECT load_extension('x')"
is_right 'triggers and views beside the tables' changed.db
changed 'CREATE INDEX a ON people ("소속 상위 조직" DESC, "id"); CREATE INDEX b ON organization ("이름" DESC, "id")'
is_right 'indexes of another order' changed.db
changed 'PRAGMA default_cache_size = 1000000000'
is_right 'a header that asks for all memory as cache' changed.db
rm -f changed.db
{ echo "PRAGMA encoding = 'UTF-16le';" && sqlite3 sound.db .dump; } | sqlite3 changed.db
is_right 'a database in UTF-16' changed.db

changed "PRAGMA writable_schema = ON; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
    INSERT INTO sqlite_schema SELECT 'table', 't' || i, 't' || i, 2, 'CREATE TABLE t' || i || '(a)' FROM n"
is_refused 'a hundred thousand tables' changed.db DB_INVALID 'thousands of tables'

## Values

update_all() { # EXPRESSION, in which NAME stands for the column
    local table column
    for table in deal people organization; do
        sqlite3 sound.db "SELECT name FROM pragma_table_info('$table')" | while read -r column; do
            printf 'UPDATE %s SET "%s" = %s;' "$table" "$column" "${1//NAME/\"$column\"}"
        done
    done
}
changed "$(update_all 'CAST(NAME AS BLOB)')"
is_right 'every value a BLOB' changed.db
changed "$(update_all NULL)"
ask changed.db
same 'every value NULL' '0 0' "$code $(jq '.counterparties | length' out.json)"
changed "UPDATE organization SET \"이름\" = CAST(X'ff' || \"이름\" || X'c3' AS TEXT);
    UPDATE deal SET \"이름\" = CAST(X'eda080' || \"이름\" AS TEXT), \"성사 가능성\" = CAST(X'c0' AS TEXT) WHERE \"성사 가능성\" IS NULL"
ask changed.db
same 'bytes that are not UTF-8: U+FFFD' '0 true' "$code $(jq '[.counterparties[].orgName | startswith("\ufffd") and endswith("\ufffd")] | all' out.json)"
check 'in a report that is valid UTF-8' iconv -f UTF-8 -t UTF-16 out.json
changed "UPDATE organization SET \"이름\" = \"이름\" || char(0) || 'x'; UPDATE deal SET \"금액\" = '1' || char(0)"
ask changed.db
same 'a NUL is a character' '0 true' "$code $(jq '[.counterparties[].orgName | (explode | index(0)) == length - 2] | all' out.json)"
same 'and no part of a number' "$(sqlite3 sound.db "SELECT count(*) FROM deal WHERE \"상태\" IS NOT 'Convert'")" "$(jq .data_quality.unknown_amount_deals out.json)"
brackets=$(head -c 1000000 /dev/zero | tr '\0' '[')
changed ''
printf "UPDATE deal SET \"성사 가능성\" = '%s\"확정\"' WHERE \"상태\" NOT IN ('Won', 'Lost');" "$brackets" | sqlite3 changed.db
ask changed.db
deep=$(jq -cS 'del(.meta, .counterparties[].llm_meta, .counterparties[].deals_top[].possibility)' out.json)
changed "UPDATE deal SET \"성사 가능성\" = 'x' WHERE \"상태\" NOT IN ('Won', 'Lost')"
ask changed.db
same 'a million brackets in 성사 가능성: a text, and no token' \
    "$(jq -cS 'del(.meta, .counterparties[].llm_meta, .counterparties[].deals_top[].possibility)' out.json)" "$deep"
changed 'CREATE TABLE memo2 AS SELECT zeroblob(209715200) AS text; ALTER TABLE deal ADD COLUMN body; UPDATE deal SET body = zeroblob(209715200) WHERE rowid = 1'
is_right '200 MiB in a column that is not read' changed.db
for column in '이름' '금액' '성사 가능성' '수강시작일' 'peopleId'; do
    changed "UPDATE deal SET \"$column\" = zeroblob(209715200) WHERE rowid = 1"
    is_refused "200 MiB in $column" changed.db DB_INVALID 'longer than 16 MiB'
done

changed 'UPDATE memo SET text = zeroblob(209715200) WHERE rowid = 1'
is_refused '200 MiB in a memo' changed.db DB_INVALID 'longer than 16 MiB'
page=$(sqlite3 sound.db "SELECT pageno FROM dbstat WHERE name = 'memo' AND pagetype = 'leaf' LIMIT 1")
changed ''
printf '\xff\xff' | dd of=changed.db bs=1 seek=$(((page - 1) * 512 + 8)) conv=notrunc status=none
is_refused 'memos that cannot be read' changed.db DB_INVALID
GENERATE_THREADS=1 is_refused 'the same, with one thread' changed.db DB_INVALID

## Pages that lead back to each other

# rung PAGE CHILD: makes a page of changed.db an inner one of 80 cells that are all the same, and lead to one child.
rung() {
    local child
    child=$(printf '\\x00\\x00\\x00\\x%02x' "$2")
    {
        printf '\x05\x00\x00\x00\x50\x01\xf0\x00%b' "$child"
        printf '\x01\xf0%.0s' {1..80}
    } | dd of=changed.db bs=1 seek=$((($1 - 1) * 512)) conv=notrunc status=none
    printf '%b\x01' "$child" | dd of=changed.db bs=1 seek=$((($1 - 1) * 512 + 496)) conv=notrunc status=none
}
for table in deal people organization; do
    changed "CREATE TABLE pad (a); INSERT INTO pad SELECT zeroblob(400) FROM deal; DELETE FROM $table"
    mapfile -t pages < <(sqlite3 changed.db "SELECT rootpage FROM sqlite_schema WHERE name = '$table';
        SELECT pageno FROM dbstat WHERE name = 'pad' AND pagetype = 'leaf' AND pageno < 256 ORDER BY pageno LIMIT 16")
    for ((i = 0; i < 15; i++)); do rung "${pages[i]}" "${pages[i + 1]}"; done
    is_refused "a table $table of 80^15 pages" changed.db DB_INVALID
    GENERATE_THREADS=1 is_refused 'the same, with one thread' changed.db DB_INVALID 'in a circle'
done

# An inner page whose keys are all 1: whoever walks the leaves never looks at it, whoever looks a row up is led astray.
byte_at() { od -An -tu1 -j "$1" -N 1 changed.db; }
for table in deal memo; do
    changed ''
    page=$((($(sqlite3 changed.db "SELECT rootpage FROM sqlite_schema WHERE name = '$table'") - 1) * 512))
    for ((i = 0; i < $(byte_at $((page + 4))); i++)); do
        cell=$((page + $(byte_at $((page + 12 + 2 * i))) * 256 + $(byte_at $((page + 13 + 2 * i)))))
        (($(byte_at $((cell + 4))) >= 128)) || printf '\x01' | dd of=changed.db bs=1 seek=$((cell + 4)) conv=notrunc status=none
    done
    is_refused "misleading keys of the rows of $table" changed.db DB_INVALID 'not in order'
    GENERATE_THREADS=1 is_right 'which one thread does not need' changed.db
done

## Flipped bytes

# What SQLite itself reads of flipped.db, in a new database.
read_again() {
    local table sql="ATTACH 'flipped.db' AS f;"
    for table in deal people organization memo; do
        sql+="CREATE TABLE $table AS SELECT ${needed[$table]} FROM f.$table NOT INDEXED;"
    done
    rm -f again.db
    sqlite3 again.db "$sql" 2>/dev/null
}
declare -A needed=(
    [deal]=$(columns_of deal) [people]='"id", "소속 상위 조직", "organizationId"' [organization]='"id", "이름"' [memo]='*'
)
size=$(stat -c %s sound.db)
unchanged=0 other=0 refused=0 lost=0
for ((i = 0; i < flips; i++)); do
    offset=$(((RANDOM * 32768 + RANDOM) % size))
    was=$(od -An -tu1 -j "$offset" -N 1 sound.db)
    byte=$((was ^ (1 + RANDOM % 255)))
    cp sound.db flipped.db
    printf '%b' "$(printf '\\x%02x' "$byte")" | dd of=flipped.db bs=1 seek="$offset" conv=notrunc status=none
    ask flipped.db
    if ((code == 1)) && [[ $error == 'riskreport: DB_INVALID: '* ]]; then
        refused=$((refused + 1))
    elif ((code == 0)) && [[ $report == "$right" ]]; then
        unchanged=$((unchanged + 1))
    else
        have="$code $report"
        read_again && ask again.db
        if [[ $have == "0 $report" ]]; then
            other=$((other + 1))
        else
            lost=$((lost + 1))
            printf '# byte %d, %d instead of %d: status %s, %s\n' "$offset" "$byte" "$was" "${have:0:60}" "$error"
        fi
    fi
done
same "$flips flipped bytes: $unchanged the same report, $other that of what is there now, $refused refused, others" 0 "$lost"
finish
