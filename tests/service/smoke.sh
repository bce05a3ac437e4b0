#!/usr/bin/env bash
# The smoke tests, which are for any base URL, against a service of our own; and after them, as if it were an old one,
# with nothing to generate from.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" RETRY_AFTER_FAIL_SEC=0
for area in report errors status recompute; do "$PROJECT_DIR/tests/smoke/$area.sh" "$BASE" || failed=1; done
rm -- "$work_dir/crm.db" "$work_dir/cache/$(TZ=Asia/Seoul date +%F).json"
"$PROJECT_DIR/tests/smoke/report.sh" "$BASE" | sed 's/$/ (no database)/' || true
grep -vq '^{' "$work_dir/run/worker.log" && fail 'every line of the worker log is JSON' "$(grep -v '^{' "$work_dir/run/worker.log" | head -n 3)"
check 'every line of the worker log parses' jq -es 'all(.time and .event)' "$work_dir/run/worker.log"
check 'a request has its id, method, path, status, source, ms, bytes' \
    jq -es 'map(select(.event == "request")) | length > 50 and all((.id | length) == 32 and .method and .path and .status and has("source") and has("ms") and has("bytes"))' \
    "$work_dir/run/worker.log"
check 'every line of the access log parses' jq -es 'all(.request_id)' "$work_dir/run/nginx-access.log"
finish
