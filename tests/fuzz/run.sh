#!/usr/bin/env bash
# Every fuzz target for FUZZ_SECONDS (default 20), a processor each at a time, from the corpus of tests/fuzz/corpus and what earlier
# runs have added to it in build/fuzz. `ok - ...` or `not ok - ...` a target, with executions, coverage and the size of its corpus; an
# input that breaks one is kept, and named.
#   tests/fuzz/run.sh [TARGET...]
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
build=${BUILD:-build/fuzz}
seconds=${FUZZ_SECONDS:-20}
failed=0
targets=("$@")
((${#targets[@]} > 0)) || for source in tests/fuzz/fuzz_*.c; do targets+=("$(basename "${source#tests/fuzz/fuzz_}" .c)"); done

fuzz() {
    local target=$1 grown=$build/corpus/$1 log=$build/$1.log dictionary=tests/fuzz/$1.dict verdict='not ok' executions coverage
    local options=(-max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=4096 -close_fd_mask=3 -print_final_stats=1
        -artifact_prefix="$build/found/$target-")
    mkdir -p -- "$grown" "$build/found"
    [[ ! -f $dictionary ]] || options+=(-dict="$dictionary")
    ! "$build/fuzzers/$target" "${options[@]}" "$grown" "tests/fuzz/corpus/$target" >"$log" 2>&1 || verdict=ok
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    coverage=$(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -n 1)
    printf '%s - fuzz %s: %s executions, %s\n' "$verdict" "$target" "${executions:-no}" "${coverage:-no coverage}"
    [[ $verdict == ok ]] || ! tail -n 40 "$log"
}

running=0
for target in "${targets[@]}"; do
    if ((running >= $(nproc))); then
        wait -n || failed=1
        ((running--))
    fi
    fuzz "$target" &
    ((running++))
done
for ((; running > 0; running--)); do wait -n || failed=1; done
exit "$failed"
