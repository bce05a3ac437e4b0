#!/usr/bin/env bash
# All tests, on the programs below $BUILD (default: build), some suites at a time. Prints of each suite every check that failed, and a
# line; at the end `N passed, N failed`; the exit status is 0 only if none failed. Full output: $BUILD/test-log/SUITE.log.
#   tests/run.sh [SUITE...]     a suite is a program of $BUILD/tests or a script of tests/, by its path
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit
export BUILD=${BUILD:-build}
export CMOCKA_MESSAGE_OUTPUT=TAP
# Leaks count as failures; freed memory is kept apart long enough for a late use to be seen.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0} UBSAN_OPTIONS=print_stacktrace=1

# They look at how long an answer takes beside a flood: nothing else may run then.
alone=(tests/service/flood.sh)
# They look at what is not C, or is there in this build alone.
plain=(tests/browser/page.sh tests/service/{examples,hardening,install,make_run}.sh)

log_dir=$BUILD/test-log
mkdir -p -- "$log_dir"
: >"$log_dir/counts"

run_suite() {
    local suite=$1 log status=0 good bad told began_s=$SECONDS
    log=$log_dir/$(basename -- "$suite").log
    timeout "${SUITE_MAX_S:-300}" "$suite" >"$log" 2>&1 || status=$?
    good=$(grep -c '^ok ' "$log")
    bad=$(grep -c '^not ok ' "$log")
    # A suite that dies, or checks nothing, is a failure, whatever it had printed before.
    if ((bad == 0 && (status != 0 || good == 0))); then
        bad=1
        told=$(printf 'not ok - %s ended with status %d after %d checks\n' "$suite" "$status" "$good" | tee -a "$log" && tail -n 20 "$log")
    else
        told=$(grep -A 4 '^not ok ' "$log")
    fi
    flock "$log_dir" printf '%s%-44s %4d passed, %d failed (%d s)\n' "${told:+$told$'\n'}" "$suite" "$good" "$bad" $((SECONDS - began_s))
    echo "$good $bad" >>"$log_dir/counts"
}

# run_suites AT_A_TIME SUITE...
run_suites() {
    local running=0 suite
    for suite in "${@:2}"; do
        [[ -x $suite && ! -d $suite ]] || continue
        ((running < $1)) || { wait -n && ((running--)); }
        run_suite "$suite" &
        ((++running))
    done
    wait
}
# Their processes are `timeout`s of a group each, which pass it on.
stop() {
    jobs -p | xargs -r -n 1 pkill -TERM -P
    wait
    exit 1
}
trap stop INT TERM

is_in() { [[ " ${*:2} " == *" $1 "* ]]; }

if (($# == 0)); then
    # the long ones first
    for suite in tests/browser/page.sh tests/fault/*.sh tests/service/*.sh "$BUILD"/tests/test_*; do
        [[ $BUILD == build ]] || ! is_in "$suite" "${plain[@]}" || continue
        set -- "$@" "$suite"
    done
fi
together=() apart=()
for suite in "$@"; do
    if is_in "$suite" "${alone[@]}"; then apart+=("$suite"); else together+=("$suite"); fi
done
run_suites $((2 * $(nproc))) "${together[@]}" # they wait much
run_suites 1 "${apart[@]}"

read -r passed failed < <(awk '{good += $1; bad += $2} END {print good + 0, bad + 0}' "$log_dir/counts")
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
