#!/usr/bin/env bash
# Smoke tests of a running service by curl alone: tests/smoke/run.sh BASE_URL
#   tests/smoke/run.sh http://127.0.0.1:8000
#   READ_ONLY=1 tests/smoke/run.sh https://reports.example.com     no recompute
# Prints a table, a line an area, and below a line every check of it that failed. The exit status is 0 only if all passed.
set -uo pipefail
(($# == 1)) || { echo "usage: $0 BASE_URL, such as http://127.0.0.1:8000" >&2; exit 2; }
here=$(dirname -- "${BASH_SOURCE[0]}")
passed=0
failed=0

row() { printf '%-12s %8s %8s %9s\n' "$@"; }

echo "$1"
row area passed failed time
for area in report errors status recompute; do
    if [[ -n ${READ_ONLY:-} && $area == recompute ]]; then
        row "$area" - - -
        continue
    fi
    began_ms=$(date +%s%3N)
    output=$("$here/$area.sh" "$1" 2>&1)
    status=$?
    good=$(grep -c '^ok ' <<<"$output")
    bad=$(grep -c '^not ok ' <<<"$output")
    # A script that dies has failed, whatever it had printed before.
    ((bad > 0 || status == 0)) || { bad=1 && output+=$'\n'"not ok - $area.sh ended with status $status"; }
    row "$area" "$good" "$bad" "$(($(date +%s%3N) - began_ms)) ms"
    sed -n '/^not ok - /,/^ok /{/^ok /!{s/^not ok - /    FAILED /;s/^# /           /;p}}' <<<"$output"
    passed=$((passed + good))
    failed=$((failed + bad))
done
row all "$passed" "$failed" ''
((failed == 0 && passed > 0))
