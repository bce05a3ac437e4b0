#!/usr/bin/env bash
# make soak [SECONDS=60]: readers, recomputes, replaced databases, killed workers and full disks, all at once, for so long. Every
# answer is looked at: it must be one of the reports that the databases give, or a stale one marked as such, or an error that
# something of the above explains. Prints one table of what happened, and checks like any other suite.
# shellcheck disable=SC2317  # what runs in the background only looks unreachable
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

readonly SOAK_SECONDS=${SOAK_SECONDS:-60}
readonly DATES=(2026-01-10 2026-01-19 2026-04-30 2026-12-31)
readonly DISK_MIB=256 # superseded versions stay for two minutes
log=$work_dir/soak # a file a kind of event

enough() { [[ -e $work_dir/enough ]]; }
pause() { sleep "$((RANDOM % 400 + $1))e-3"; } # MS_AT_LEAST
tell() { printf '%s\n' "${*:2}" >>"$log.$1"; }
count() { if [[ -e $log.$1 ]]; then wc -l <"$log.$1"; else echo 0; fi; }
mount_of_its_own() { mount -t tmpfs -o "size=${DISK_MIB}m" riskreport-soak "$work_dir/cache" 2>/dev/null; }

# All of a report but what says when and by whom it was made.
rows_of() { tail -n +2 "$1" | sed 's/"created_at":"[^"]*"//' | sha256sum | cut -d' ' -f1; }

know_the_answers() {
    local database date mode
    for database in small wide; do
        for date in "${DATES[@]}"; do
            for mode in offline online; do
                "$CLI" generate --db "$work_dir/$database.db" --mode "$mode" --date "$date" --output "$work_dir/report" || exit 1
                echo "$date $mode $(rows_of "$work_dir/report")" >>"$work_dir/known"
            done
        done
    done
}

# look_at DATE MODE STATUS BODY: what kind of answer is it?
look_at() {
    local said
    case $3 in
    200)
        said=$(head -n 1 "$4" | sed 's/,$/}/' | jq -r '.meta | "\(.as_of) \(.mode) \(.is_stale // false) \(.requested_as_of // .as_of)"' 2>/dev/null)
        case $said in
        "$1 $2 false $1") ;;
        *" $2 true $1") tell stale "$said" ;;
        *) tell wrong "asked for $1 $2, told $said" ;;
        esac
        grep -qxF "${said%% *} $2 $(rows_of "$4")" "$work_dir/known" || tell wrong "rows of no database: $1 $2, $said"
        tell good
        ;;
    304) tell good ;;
    500) if grep -q '"REPORT_NOT_FOUND"' "$4"; then tell none_yet; else tell wrong "500: $(head -c 300 "$4")"; fi ;;
    503) tell unavailable ;;
    *) tell wrong "status $3 for $1 $2: $(head -c 300 "$4")" ;;
    esac
}

read_on() {
    local date mode status coding body=$work_dir/body.$BASHPID address=127.0.$((BASHPID / 250 % 250 + 1)).$((BASHPID % 250 + 1))
    until enough; do
        date=${DATES[RANDOM % ${#DATES[@]}]} mode=offline coding=identity
        ((RANDOM % 2)) || mode=online
        ((RANDOM % 2)) || coding=gzip
        status=$(curl -s -o "$body" -w '%{http_code}' --interface "$address" --compressed -H "Accept-Encoding: $coding" "$BASE$API?date=$date&mode=$mode")
        look_at "$date" "$mode" "$status" "$body"
    done
}

recompute_on() {
    local body=$work_dir/body.$BASHPID status
    until enough; do
        status=$(curl -s -o "$body" -w '%{http_code}' -X POST "$BASE$API/recompute?date=${DATES[RANDOM % ${#DATES[@]}]}&mode=offline")
        case "$status $(jq -r '.error_code // .result // .code' "$body" 2>/dev/null)" in
        '200 SUCCESS') tell recomputed ;;
        '200 SKIPPED_LOCKED') tell skipped ;;
        '500 DB_UNSTABLE_OR_UPDATING') tell unstable ;;
        '500 CACHE_WRITE_FAILED') tell full ;;
        503*) tell unavailable ;;
        *) tell wrong "recompute: $status $(head -c 300 "$body")" ;;
        esac
        pause 100
    done
}

replace_on() {
    local database
    until enough; do
        for database in wide small; do
            settled_copy "$work_dir/$database.db" "$work_dir/next.db"
            mv "$work_dir/next.db" "$work_dir/crm.db"
            tell replaced
            pause 400
        done
    done
}

# Reports that somebody removed have to be made again, whatever else is going on.
remove_on() {
    until enough; do
        rm -f "$work_dir/cache/${DATES[RANDOM % ${#DATES[@]}]}.json" && tell removed
        pause 600
    done
}

descriptors_of() { find "/proc/$1/fd" -maxdepth 1 -type l 2>/dev/null | wc -l; }
# Memory in KiB and descriptors of a worker.
size_of() { echo "$(awk '/^VmRSS/ {print $2}' "/proc/$1/status" 2>/dev/null) $(descriptors_of "$1")"; }
# Descriptors when nobody asks for anything: the fewest within a second, since an answer may be out before its files are closed.
at_rest() {
    for _ in {1..10}; do
        descriptors_of "$1"
        sleep 0.1
    done | sort -n | head -n 1
}

# The workers that nobody kills: what memory they have taken, twice a second.
watch_on() {
    until enough; do
        for pid in "${spared[@]}"; do size_of "$pid" >>"$log.spared.$pid"; done
        sleep 0.5
    done
}
# most_of PID early|late: the most memory in the second quarter of the time, or in the last.
most_of() {
    local lines
    lines=$(wc -l <"$log.spared.$1")
    cut -d' ' -f1 "$log.spared.$1" | if [[ $2 == early ]]; then head -n $((lines / 2)); else cat; fi |
        tail -n $((lines / 4)) | sort -n | tail -n 1
}

# A worker of either pool dies; its memory and descriptors are looked at before. One of each pool is spared.
kill_on() {
    local pid
    until enough; do
        pid=$(all_worker_pids | grep -vxF "${spared[0]}"$'\n'"${spared[1]}" | shuf -n 1)
        [[ -z $pid ]] || size_of "$pid" >>"$log.size"
        [[ -z $pid ]] || { kill -KILL "$pid" 2>/dev/null && tell killed; }
        pause 500
    done
}

fill_on() {
    until enough; do
        pause 2000
        dd if=/dev/zero of="$work_dir/cache/filler" bs=1M 2>/dev/null # until there is no room
        tell filled
        pause 400
        rm -f "$work_dir/cache/filler"
    done
    rm -f "$work_dir/cache/filler"
}

settled_copy "$FIXTURES/crm_small.db" "$work_dir/small.db"
settled_copy "$FIXTURES/crm_wide.db" "$work_dir/wide.db"
settled_copy "$work_dir/small.db" "$work_dir/crm.db"
know_the_answers
mkdir -p "$work_dir/cache"
on_a_disk_of_its_own=0
if mount_of_its_own; then on_a_disk_of_its_own=1; else echo "# no disk of its own can be mounted: it will not be full"; fi
clean_up_disk() {
    stop_service
    ((on_a_disk_of_its_own == 0)) || umount "$work_dir/cache"
    clean_up
}
trap clean_up_disk EXIT

start_service DB_PATH="$work_dir/crm.db" DB_STABLE_WINDOW_SEC=0 RETRY_AFTER_FAIL_SEC=1 REQUEST_DEADLINE_SEC=10
for date in "${DATES[@]}"; do
    for mode in offline online; do report "?date=$date&mode=$mode"; done
done
mapfile -t spared < <(worker_pids worker | head -n 1; worker_pids compute | head -n 1)
declare -A before after # descriptors at rest
for pid in "${spared[@]}"; do before[$pid]=$(at_rest "$pid"); done
jobs=()
for job in read_on read_on read_on read_on recompute_on replace_on remove_on kill_on watch_on; do
    "$job" &
    jobs+=($!)
done
((on_a_disk_of_its_own == 0)) || { fill_on & jobs+=($!); }
sleep "$SOAK_SECONDS"
touch "$work_dir/enough"
wait "${jobs[@]}"

printf '# %s\n' "in $SOAK_SECONDS s" \
    "answers read       $(count good), of them stale $(count stale); $(count none_yet) x no report to fall back to, $(count unavailable) x 503 of a killed worker" \
    "recomputes         $(count recomputed) done, $(count skipped) skipped, $(count unstable) x database replaced meanwhile, $(count full) x disk full" \
    "databases replaced $(count replaced)" \
    "reports removed    $(count removed)" \
    "workers killed     $(count killed)" \
    "disk full          $(count filled) times" \
    "largest worker     $(sort -n "$log.size" | tail -n 1 | cut -d' ' -f1) KiB, $(cut -d' ' -f2 "$log.size" | sort -n | tail -n 1) descriptors"
for pid in "${spared[@]}"; do
    after[$pid]=$(at_rest "$pid")
    echo "# never killed       $(most_of "$pid" early) KiB early, $(most_of "$pid" late) at the end; at rest ${before[$pid]} descriptors before, ${after[$pid]} after"
done
same 'wrong answers and unexpected statuses' '' "$(sort "$log.wrong" 2>/dev/null | uniq -c | head -n 5)"
check "much was read ($(count good))" test "$(count good)" -gt "$SOAK_SECONDS"
check 'recomputes were done' test "$(count recomputed)" -gt $((SOAK_SECONDS / 20))
below 'no more 503 than workers killed, for each of five clients' $((5 * $(count killed))) "$(count unavailable)"
below 'memory of a worker, KiB' $((32 * 1024 * $(if [[ $BUILD == */asan ]]; then echo 20; else echo 1; fi))) "$(cut -d' ' -f1 "$log.size" | sort -n | tail -n 1)"
below 'descriptors of a worker' 24 "$(cut -d' ' -f2 "$log.size" | sort -n | tail -n 1)"
for pid in "${spared[@]}"; do
    check 'one that was not killed still lives' kill -0 "$pid"
    below 'and has taken no more memory, KiB' $(($(most_of "$pid" early) * 5 / 4 + 1024)) "$(most_of "$pid" late)"
    same 'and keeps no descriptors' "${before[$pid]}" "${after[$pid]}"
done
same 'as many workers as there should be' 4 "$(workers_settled 4)"
check 'every file of the cache is valid' env CACHE_DIR="$work_dir/cache" "$CLI" verify
same 'no temporary is left but of the killed' 0 "$(find "$work_dir/cache" -name '.*.tmp.*' -mmin +1 | wc -l)"
report "/recompute?date=${DATES[0]}" -X POST
same 'the lock is free, and the next recompute runs' '200 SUCCESS' "$status $(body .result)"

finish
