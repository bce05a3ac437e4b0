#!/usr/bin/env bash
# Smoke tests of a running service by curl alone: tests/smoke/run.sh BASE_URL
#   tests/smoke/run.sh http://127.0.0.1:8000
#   READ_ONLY=1 tests/smoke/run.sh https://reports.example.com     no recompute
# Prints `ok - ...` or `not ok - ...` a check; the exit status is 0 only if all passed.
set -uo pipefail
(($# == 1)) || { echo "usage: $0 BASE_URL, such as http://127.0.0.1:8000" >&2; exit 2; }
here=$(dirname -- "${BASH_SOURCE[0]}")
status=0
for script in "$here"/report.sh "$here"/errors.sh "$here"/status.sh "$here"/recompute.sh; do
    [[ -n ${READ_ONLY:-} && $script == */recompute.sh ]] || "$script" "$1" || status=1
done
exit "$status"
