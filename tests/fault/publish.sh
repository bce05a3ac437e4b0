#!/usr/bin/env bash
# Every call that publishing makes to the kernel fails in every way, one at a time: the reports stay whole, the error has its name,
# no temporary stays, the next run succeeds. FAULT=full tries all of them, otherwise every eighteenth.
[[ ! -w /dev/shm ]] || export TMPDIR=/dev/shm # nothing here loses power, so that no fsync needs a disk
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=tests/fault/cache.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/cache.sh"

errors=(ENOSPC=28 EIO=5 EINTR=4 EMFILE=24 EACCES=13)
step=1
[[ ${FAULT:-} == full ]] || step=18

"$CLI" demo --output "$DB_PATH" --deals 60 --year 2026
touch -d '1 hour ago' "$DB_PATH"
make_baseline

# strike KIND ERROR LASTS: at every step-th call of the kind.
strike() {
    local kind=$1 error=$2 lasts=$3 calls n before=$failures
    if [[ -z ${calls_of[$kind]:-} ]]; then
        restore
        FAULT_KIND=$kind FAULT_COUNT=$work_dir/count shimmed "$CLI" run --date 2026-03-03 --force >/dev/null
        calls_of[$kind]=$(cat "$work_dir/count")
    fi
    calls=${calls_of[$kind]}
    for ((n = 1 + turn++ % step; n <= calls; n += step)); do
        restore
        FAULT_KIND=$kind FAULT_ERRNO=${error#*=} FAULT_AT=$n FAULT_LASTS=$lasts shimmed "$CLI" run --date 2026-03-03 --force >"$work_dir/out" 2>"$work_dir/error"
        judge "$kind $n of $calls, ${error%=*}" $? 'CACHE_WRITE_FAILED|PIPELINE_FAILED'
    done
    same "$kind, ${error%=*}, $calls calls$( ((lasts == 0)) || echo ' and all behind')" "$before" "$failures"
}

declare -A calls_of=()
turn=0
for error in "${errors[@]}"; do
    for kind in open read write fsync close rename link mkdir chmod lock; do strike "$kind" "$error" 0; done
done
strike short none=0 0
for kind in write fsync; do strike "$kind" ENOSPC=28 1; done
told "one call fails"

# The database's own file: read errors while a report is made.
restore
before=$failures
FAULT_UNDER=$DB_PATH FAULT_KIND=read FAULT_COUNT=$work_dir/count shimmed "$CLI" run --date 2026-03-03 --force >/dev/null
calls=$(cat "$work_dir/count")
for ((n = 1; n <= calls; n += step)); do
    restore
    FAULT_UNDER=$DB_PATH FAULT_KIND=read FAULT_ERRNO=5 FAULT_AT=$n shimmed "$CLI" run --date 2026-03-03 --force >"$work_dir/out" 2>"$work_dir/error"
    judge "read $n of the database, EIO" $? 'DB_INVALID|DB_UNSTABLE_OR_UPDATING'
done
same "reading the database, EIO, $calls calls" "$before" "$failures"
told "a read of the database fails"

# A disk that is really full, up to so many KiB: where none can be mounted, a limit for files takes its place.
full_disk() {
    local free_kib before=$failures
    mkdir -p "$CACHE_DIR"
    mount -t tmpfs -o size=512k riskreport-fault "$CACHE_DIR" || return
    for ((free_kib = 0; free_kib <= 64; free_kib += 4)); do
        find "$CACHE_DIR" -mindepth 1 -delete
        cp -a "$work_dir/baseline/." "$CACHE_DIR"
        head -c 1M /dev/zero >"$CACHE_DIR/filler" 2>/dev/null
        truncate -s -"${free_kib}K" "$CACHE_DIR/filler"
        "$CLI" run --date 2026-03-03 --force >"$work_dir/out" 2>"$work_dir/error"
        local code=$?
        ((code != 0)) || full_passed=$((full_passed + 1))
        rm "$CACHE_DIR/filler"
        judge "$free_kib KiB are free" "$code" CACHE_WRITE_FAILED
    done
    same "a full disk, $full_passed of 17 times with room enough" "$before" "$failures"
    check 'it was full, and then it was not' test "$full_passed" -gt 0 -a "$full_passed" -lt 17
    told "a disk is full"
    umount "$CACHE_DIR"
}
limited_files() {
    local limit before=$failures
    for ((limit = 0; limit <= 40; limit += 2)); do
        restore
        (trap '' XFSZ && ulimit -f "$limit" && exec "$CLI" run --date 2026-03-03 --force) >/dev/null 2>"$work_dir/error"
        judge "files of up to $limit KiB" $? CACHE_WRITE_FAILED
    done
    same 'files that may not grow (no disk could be mounted to be filled)' "$before" "$failures"
    told "files may not grow"
}
rm -rf -- "$CACHE_DIR"
full_passed=0
if unshare -m true 2>/dev/null && unshare -m mount -t tmpfs none "$work_dir" 2>/dev/null; then
    export -f full_disk judge judge_next told same check pass fail normal
    export work_dir CLI failures tried survived control failed full_passed
    unshare -m bash -c 'full_disk; exit $((failed > 0))' || failed=$((failed + 1))
else
    limited_files
fi

# What reaches the disk first: a recording of the calls.
restore
FAULT_LOG=$work_dir/log shimmed "$CLI" run --date 2026-03-03 --force >/dev/null
disorder() {
    awk '
        $1 == "write" { dirty[$2] = 1; written[$2] = 1 }
        $1 == "fsync" { dirty[$2] = 0; synced[$2] = 1; if ($2 == folder) folder = "" }
        $1 == "rename" {
            if (dirty[$2] || !synced[$2]) print "renamed before its data was on the disk: " $2
            if (folder != "") print "renamed before the folder of another was on the disk: " folder
            folder = $3
            sub("/+[^/]*$", "", folder)
            renames++
        }
        END {
            if (folder != "") print "never on the disk: " folder
            if (renames < 6) print "only " renames + 0 " renames"
        }' "$1"
}
same 'no rename goes before its data, and the folder follows each' '' "$(disorder "$work_dir/log")"
grep -v '^fsync .*tmp' "$work_dir/log" >"$work_dir/wrong-log"
check 'which would be seen if it were otherwise' test -n "$(disorder "$work_dir/wrong-log")"
order=$(sed -n 's/^rename [^ ]* [^ ]*\/\([^/ ]*\)$/\1/p' "$work_dir/log" | sed -E 's/.*\.gz$/sibling/; s/.*\.summary$/summary/; s/^status.*/status/; s/^2.*/report/; s/^\.memo_findings$/findings/' | tr '\n' ' ')
same 'the sibling, the report, its summary, and the status last, of either mode; then what memos were found to say' \
    'sibling report summary status sibling report summary status findings ' "$order"
finish
