#!/usr/bin/env bash
# All tests, on the programs below $BUILD (default: build). Prints every check that failed, a line a suite, and at the end
# `N passed, N failed`; the exit status is 0 only if none failed. Full output: $BUILD/test-log/SUITE.log.
#   tests/run.sh [SUITE...]     a suite is a program of $BUILD/tests or a script of tests/, by its path
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit
export BUILD=${BUILD:-build}
export CMOCKA_MESSAGE_OUTPUT=TAP
# Leaks count as failures; freed memory is kept apart long enough for a late use to be seen.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0} UBSAN_OPTIONS=print_stacktrace=1

log_dir=$BUILD/test-log
mkdir -p -- "$log_dir"
passed=0
failed=0

run_suite() {
    local suite=$1 log status=0 good bad began_s=$SECONDS
    log=$log_dir/$(basename -- "$suite").log
    timeout "${SUITE_MAX_S:-300}" "$suite" >"$log" 2>&1 || status=$?
    good=$(grep -c '^ok ' "$log")
    bad=$(grep -c '^not ok ' "$log")
    # A suite that dies, or checks nothing, is a failure, whatever it had printed before.
    if ((bad == 0 && (status != 0 || good == 0))); then
        bad=1
        printf 'not ok - %s ended with status %d after %d checks\n' "$suite" "$status" "$good" | tee -a "$log"
        tail -n 20 "$log"
    else
        grep -A 4 '^not ok ' "$log"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    printf '%-44s %4d passed, %d failed (%d s)\n' "$suite" "$good" "$bad" $((SECONDS - began_s))
}

suites=("$@")
if ((${#suites[@]} == 0)); then
    suites=("$BUILD"/tests/test_* tests/service/*.sh tests/fault/*.sh)
    # they look at the page, in which a sanitizer's build finds nothing
    [[ $BUILD != build ]] || suites+=(tests/browser/*.sh)
fi
for suite in "${suites[@]}"; do
    if [[ -x $suite && ! -d $suite ]]; then run_suite "$suite"; fi
done

printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
