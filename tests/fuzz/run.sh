#!/usr/bin/env bash
# Every fuzz target for FUZZ_SECONDS (default 20), from the corpus of tests/fuzz/corpus and what earlier runs have added to it in
# build/fuzz. `ok - ...` or `not ok - ...` a target, with executions and coverage; an input that breaks one is kept, and named.
#   tests/fuzz/run.sh [TARGET...]
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
build=${BUILD:-build/fuzz}
seconds=${FUZZ_SECONDS:-20}
failed=0
targets=("$@")
((${#targets[@]} > 0)) || for source in tests/fuzz/fuzz_*.c; do targets+=("$(basename "${source#tests/fuzz/fuzz_}" .c)"); done

for target in "${targets[@]}"; do
    grown=$build/corpus/$target
    log=$build/$target.log
    mkdir -p -- "$grown" "$build/found"
    dictionary=tests/fuzz/$target.dict
    options=(-max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=4096 -close_fd_mask=3 -print_final_stats=1 -artifact_prefix="$build/found/$target-")
    [[ ! -f $dictionary ]] || options+=(-dict="$dictionary")
    if "$build/fuzzers/$target" "${options[@]}" "$grown" "tests/fuzz/corpus/$target" >"$log" 2>&1; then verdict=ok; else verdict='not ok'; fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    coverage=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -n 1)
    printf '%s - fuzz %s: %s executions, %s\n' "$verdict" "$target" "${executions:-no}" "${coverage:-no coverage}"
    if [[ $verdict != ok ]]; then
        tail -n 40 "$log"
        failed=1
    fi
done
exit "$failed"
