# For the suites of tests/fault that source it, behind tests/lib.sh: a cache of both modes' reports that is broken, judged and put back.
# shellcheck shell=bash
# shellcheck disable=SC2154  # work_dir and CLI are those of tests/lib.sh

export CACHE_DIR=$work_dir/cache WORK_DIR=$work_dir/copies DB_PATH=$work_dir/crm.db GENERATE_THREADS=2
shim=$PROJECT_DIR/$BUILD/fault/shim.so
failures=0 tried=0 survived=0
! ldd "$CLI" | grep -q asan || shim="$(gcc -print-file-name=libasan.so) $shim"

# shimmed COMMAND...: with the shim preloaded, and no other program between it and the command.
shimmed() { FAULT_UNDER=${FAULT_UNDER:-$CACHE_DIR} LD_PRELOAD=$shim "$@"; }

# The reports without the marks of their run.
normal() { sed -s '1d; s/"created_at":"[^"]*"//' "$CACHE_DIR/2026-03-03.json" "$CACHE_DIR/counterparty-risk/online/2026-03-03.json" 2>&1; }

make_baseline() {
    "$CLI" run --date 2026-03-03 >/dev/null
    control=$(normal)
    rm -f "$CACHE_DIR/.memo_findings" # so that each run judges, and keeps what it found
    mv "$CACHE_DIR" "$work_dir/baseline"
}
restore() {
    rm -rf -- "$CACHE_DIR"
    cp -a "$work_dir/baseline" "$CACHE_DIR"
}

# judge NAME STATUS CODES: after a run that something was done to. Says what is wrong, and counts.
judge() {
    local wrong='' said left results
    said=$(grep -v '^{"time":' "$work_dir/error") # apart from lines of the log
    tried=$((tried + 1))
    (($2 == 0 || $2 == 1)) || wrong+="it ended with $2. "
    (($2 != 1)) || [[ $said =~ ^riskreport:\ ($3):\ [^$'\n']+$ ]] || wrong+="its error: ${said:0:300}. "
    (($2 != 0)) || [[ -z $said ]] || wrong+="it succeeded and said: ${said:0:300}. "
    [[ $(normal) == "$control" ]] || wrong+="a report is another. "
    "$CLI" verify >"$work_dir/verified" 2>&1 || wrong+="verify: $(grep BROKEN "$work_dir/verified"). "
    left=$(find "$CACHE_DIR" -name '*.tmp.*' -o -name '*.corrupt')
    [[ -z $left ]] || wrong+="left: $left. "
    results=$(jq -rs 'map(.last_success.result, .last_run.result) | join(" ")' "$CACHE_DIR/status.json" "$CACHE_DIR/status_online.json")
    [[ $results == 'SUCCESS '*' SUCCESS '* ]] || wrong+="the status forgot a success: $results. "
    (($2 != 0)) || [[ $results == 'SUCCESS SUCCESS SUCCESS SUCCESS' ]] || wrong+="it succeeded, and the status says otherwise: $results. "
    left=$(grep -L '"last_run":{[^}]*"generated_at":"[^"]*+09:00"' "$CACHE_DIR/status.json" "$CACHE_DIR/status_online.json")
    [[ -z $left ]] || wrong+='its times are of another zone. '
    wrong+=$(judge_next)
    if [[ -n $wrong ]]; then
        failures=$((failures + 1))
        printf '# %s: %s\n' "$1" "$wrong"
    else
        survived=$((survived + 1))
    fi
}
judge_next() {
    "$CLI" run --date 2026-03-03 --force >/dev/null 2>&1 || printf 'the next run fails. '
    [[ $(normal) == "$control" ]] || printf 'after the next run a report is another. '
}
told() { printf '# %s: %d tried, %d survived, %d lost\n' "$1" "$tried" "$survived" "$failures"; }
