#!/usr/bin/env bash
# What memos were found to say is kept from run to run, and saves judging them: the reports are the same with it and without, whatever
# becomes of the file.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

export CACHE_DIR=$work_dir/cache WORK_DIR=$work_dir/copies DB_PATH=$work_dir/crm.db REPORT_TZ=Asia/Seoul
day=2026-06-10
kept=$CACHE_DIR/.memo_findings
title_bytes=111 item_bytes=26

# Its exit status is in $code.
run() {
    "$CLI" run --date "$day" --force >/dev/null 2>"$work_dir/errors"
    code=$?
}
# The reports of both modes without the marks of their run: those of the run, and those of a program that keeps no findings.
normal() { sed -s '1d; s/"created_at":"[^"]*"//' "$@"; }
have() { normal "$CACHE_DIR/$day.json" "$CACHE_DIR/counterparty-risk/online/$day.json" | cksum; }
want() {
    for mode in offline online; do "$CLI" generate --date "$day" --mode "$mode" --output "$work_dir/$mode.json"; done
    normal "$work_dir/offline.json" "$work_dir/online.json" | cksum
}
state() { stat -c '%i %Y %s' "$kept" 2>&1; }
warnings() { jq -r 'select(.level == "warning") | .event' "$work_dir/errors" | paste -sd ' '; }
# In how many rows the blocker leads that no memo of this database names.
forged_rows() { jq '[.counterparties[] | select(.top_blockers[0] == "SCHEDULE_RESOURCE")] | length' "$1"; }

# write_memo TEXT: the newest memo of one counterparty becomes that.
write_memo() {
    sqlite3 "$DB_PATH" "DELETE FROM memo WHERE id = 'newest';
        INSERT INTO memo (id, text, peopleId, createdAt) SELECT 'newest', '$1', peopleId, '2026-06-09' FROM deal WHERE id = '$noted_deal'"
    touch -d '1 hour ago' "$DB_PATH"
}

# forge TEXT: the file says of the text that it names SCHEDULE_RESOURCE, and nothing else, and is whole. Prints how many findings it has.
forge() {
    python3 - "$kept" "$1" $title_bytes $item_bytes <<'PYTHON'
import hashlib, sys

def mix(state, word):
    state = (state ^ word) * 0xff51afd7ed558ccd % 2**64
    return state ^ state >> 32

def rr_hash64(data):
    state = 0x9e3779b97f4a7c15
    for at in range(0, len(data) // 8 * 8, 8):
        state = mix(state, int.from_bytes(data[at:at + 8], 'little'))
    return mix(mix(state, int.from_bytes(data[len(data) // 8 * 8:], 'little')), len(data))

path, text, title_bytes, item_bytes = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3]), int(sys.argv[4])
data = open(path, 'rb').read()
title, items = data[:title_bytes], data[title_bytes:]
assert title.endswith(b' %016x\n' % rr_hash64(items)), title
name = hashlib.sha256(text + b'\0').digest()[:16]
at = items.index(name)
assert at % item_bytes == 0
items = items[:at] + name + bytes(9) + bytes([200]) + items[at + item_bytes:]
open(path, 'wb').write(title[:-17] + b'%016x\n' % rr_hash64(items) + items)
print(len(items) // item_bytes)
PYTHON
}

"$CLI" demo --output "$DB_PATH" --deals 300 --year 2026 --seed 4
touch -d '1 hour ago' "$DB_PATH"
noted_deal=$("$CLI" generate --date "$day" | jq -r '[.counterparties[] | select(.pipeline_zero | not) | .deals_top[].deal_id][0]')
write_memo '점심 식사'

## From run to run

run
same 'a run: as without findings' "0 $(want)" "$code $(have)"
same 'it keeps what it found' '1 0' "$(grep -ac '^riskreport findings of memos ' "$kept") $((($(stat -c %s "$kept") - title_bytes) % item_bytes))"
same 'and no text' 0 "$(sqlite3 "$DB_PATH" 'SELECT text FROM memo' | tr -s ' .' '\n' | grep -E '.{4}' | grep -acFf - "$kept")"
cp "$kept" "$work_dir/good"
before=$(state)
run
same 'run again: the same report' "0 $(want)" "$code $(have)"
same 'and nothing is written' "$before" "$(state)"
write_memo '예산 동결'
run
same 'one memo changed: the right report' "0 $(want)" "$code $(have)"
check 'and the file is another' test "$before" != "$(state)"
write_memo '점심 식사'
run
check 'the memo of before, and the file of before' cmp "$kept" "$work_dir/good"

## Whatever becomes of the file

break_it() {
    case $1 in
    removed) rm "$kept" ;;
    emptied) : >"$kept" ;;
    'cut off') head -c 300 "$work_dir/good" >"$kept" ;;
    'with rubbish behind it') head -c "$item_bytes" /dev/urandom >>"$kept" ;;
    'damaged in a byte') printf '\377' | dd of="$kept" bs=1 seek=$((title_bytes + 20)) conv=notrunc status=none ;;
    "another program's") sed -i '1s/memos ./memos x/' "$kept" ;;
    'larger than any') truncate -s 65M "$kept" ;;
    'a pipe') rm "$kept" && mkfifo "$kept" ;;
    'a link to nothing') ln -sf nothing "$kept" ;;
    esac
}
for breakage in removed emptied 'cut off' 'with rubbish behind it' 'damaged in a byte' "another program's" 'larger than any' 'a pipe' 'a link to nothing'; do
    break_it "$breakage"
    check "$breakage: it is not what it was" bash -c '! timeout 1 cmp -s "$@"' - "$kept" "$work_dir/good"
    run
    same "$breakage: the same report, and not a word" "0 $(want) 0" "$code $(have) $(wc -c <"$work_dir/errors")"
    check "$breakage: the file is made anew" timeout 5 cmp "$kept" "$work_dir/good"
done
rm "$kept" && mkdir "$kept"
run
same 'a folder in its place: the same report, and a warning' "0 $(want) findings_not_kept" "$code $(have) $(warnings)"
same 'and no temporary stays' 0 "$(find "$CACHE_DIR" -name '*.tmp.*' | wc -l)"
rmdir "$kept"
run
before=$(state)
DB_PATH=$work_dir/nowhere.db run
same 'a run that fails keeps nothing, and loses nothing' "1 $before" "$code $(state)"
check 'clean-up and verify leave it alone' bash -c '"$1" prune && "$1" verify' - "$CLI"
same 'it is still there' "$before" "$(state)"

## It is used: what it says of a memo is in the report, even where that is wrong

same 'no card says so yet' 0 "$(forged_rows "$CACHE_DIR/$day.json")"
check 'there is something to forge' test "$(forge '점심 식사')" -gt 10
before=$(state)
run
same 'a forged finding is in the report' '0 1' "$code $(forged_rows "$CACHE_DIR/$day.json")"
check 'which is another' test "$(want)" != "$(have)"
same 'all was known: nothing is written' "$before" "$(state)"
GENERATE_THREADS=1 run
same 'by one thread, too' '0 1' "$code $(forged_rows "$CACHE_DIR/$day.json")"
same 'a program without a cache knows nothing of it' 0 "$(forged_rows <("$CLI" generate --date "$day"))"

## Requests know what a run has kept, and keep nothing

start_service DB_PATH="$DB_PATH"
report '?date=2026-06-09'
same 'a request uses it' '200 generated 1' "$status $(header X-Report-Source) $(forged_rows "$body_file")"
write_memo '예산 동결'
report '?date=2026-06-08'
same 'and judges what is not known' '200 generated 0' "$status $(header X-Report-Source) $(forged_rows "$body_file")"
same 'and keeps nothing' "$before" "$(state)"
rm "$kept"
report '?date=2026-06-07'
same 'nor where there is nothing' '200 generated' "$status $(header X-Report-Source)"
check 'there still is nothing' test ! -e "$kept"
finish
