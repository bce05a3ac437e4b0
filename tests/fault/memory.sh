#!/usr/bin/env bash
# The n-th allocation fails: of the daily job, for every n (FAULT=full; otherwise some of them), and of every kind of request. An error,
# or the right answer; never a crash, a torn file, or a report that is another. ASan has allocations of its own, which none of this
# reaches: under it only the job without a fault is looked at.
[[ ! -w /dev/shm ]] || export TMPDIR=/dev/shm # nothing here loses power, so that no fsync needs a disk
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=tests/fault/cache.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/cache.sh"

"$CLI" demo --output "$DB_PATH" --deals 60 --year 2026
touch -d '1 hour ago' "$DB_PATH"
make_baseline
restore
FAULT_KIND=memory FAULT_COUNT=$work_dir/count shimmed "$CLI" run --date 2026-03-03 --force >/dev/null 2>"$work_dir/error"
judge 'no fault' $? none
same 'a run without a fault' 0 "$failures"
[[ -x $PROJECT_DIR/$BUILD/fault/requests ]] || finish

calls=$(cat "$work_dir/count")
if [[ ${FAULT:-} == full ]]; then step=1 request_step=1; else step=$((calls / 20)) request_step=37; fi
# share NUMBER OF: every so many-th of them, in a cache of its own.
share() {
    local n of=$2
    mkdir "$work_dir/$1"
    mv "$work_dir/baseline.$1" "$work_dir/$1/baseline"
    work_dir=$work_dir/$1
    CACHE_DIR=$work_dir/cache
    tried=0 survived=0 failures=0
    for ((n = 1 + $1 * step; n <= calls; n += of * step)); do
        restore
        FAULT_KIND=memory FAULT_AT=$n shimmed "$CLI" run --date 2026-03-03 --force >/dev/null 2>"$work_dir/error"
        judge "allocation $n of $calls" $? 'PIPELINE_FAILED|CACHE_WRITE_FAILED|DB_UNSTABLE_OR_UPDATING'
    done
    echo "$tried $survived $failures" >"$work_dir/sums"
}
shares=$(nproc) running=()
for ((i = 0; i < shares; i++)); do
    cp -a "$work_dir/baseline" "$work_dir/baseline.$i"
    share "$i" "$shares" &
    running+=($!)
done
wait "${running[@]}"
read -r tried survived failures < <(cat "$work_dir"/*/sums | awk '{tried += $1; survived += $2; lost += $3} END {print tried, survived, lost}')
same "a run, $tried of $calls allocations fail, one at a time" 0 "$failures"
same 'all of them were looked at' $(((calls + step - 1) / step)) "$tried"
told 'an allocation fails'

FAULT_STEP=$request_step "$PROJECT_DIR/$BUILD/fault/requests" 2>"$work_dir/requests.log" || failed=$((failed + 1))
finish
