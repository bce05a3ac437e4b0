#!/usr/bin/env bash
# GET of the status: tests/smoke/status.sh BASE_URL
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
BASE=${1:?usage: $0 BASE_URL}

run='(. == null or (has("result") and has("as_of") and has("mode") and has("generated_at") and has("db_version") and has("db_signature")
     and has("generator_version") and has("job_run_id") and has("trigger") and has("duration_ms")))'
report /status
same 'status: 200' 200 "$status"
same 'modes_available' '["offline","online"]' "$(body '.modes_available | tostring')"
for mode in offline online; do
    check "$mode has last_run and last_success" jq -e ".$mode | has(\"last_run\") and has(\"last_success\")" "$body_file"
    check "$mode: the runs have all their fields" jq -e ".$mode | (.last_run | $run) and (.last_success | $run)" "$body_file"
    check "$mode: the last success is one" jq -e ".$mode.last_success | . == null or .result == \"SUCCESS\"" "$body_file"
done
whole=$(body .online)
report '/status?mode=online'
same 'mode=online gives that status alone' "$whole" "$(body .)"
report /status --head
same 'HEAD: 200' 200 "$status"
finish
