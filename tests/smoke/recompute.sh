#!/usr/bin/env bash
# POST of recompute: tests/smoke/recompute.sh BASE_URL
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
BASE=${1:?usage: $0 BASE_URL}

report '/recompute?date=2026-01-10&mode=offline' -X POST
if [[ $status == 200 && $(body .result) == SKIPPED_LOCKED ]]; then
    check 'SKIPPED_LOCKED says when to come again' test -n "$(header Retry-After)"
elif [[ $status == 401 || $status == 403 ]]; then
    is_problem 'a recompute is not for everybody' "$status" "$(if ((status == 401)); then echo UNAUTHORIZED; else echo FORBIDDEN; fi)"
elif [[ $status == 500 ]]; then
    is_problem 'a failed recompute is a problem' 500 "$(body .error_code)"
    same 'and says so' FAILED "$(body .result)"
else
    same 'recompute: 200 SUCCESS' '200 SUCCESS 2026-01-10 offline' "$status $(body .result) $(body .as_of) $(body .mode)"
    same 'the path is relative' report_cache/2026-01-10.json "$(body .cache)"
    run=$(body .job_run_id)
    report '/status?mode=offline'
    same 'it is the last run, and the last success' "$run $run" "$(body .last_run.job_run_id) $(body .last_success.job_run_id)"
    report '?date=2026-01-10'
    same 'and its report is the one that is served' "$run" "$(body .meta.job_run_id)"
fi
finish
