#!/usr/bin/env bash
# What the monitoring sees: /healthz, /readyz, /metrics, right across all workers and with things broken; and that the alert rules
# and the dashboard ask for what is there. By promtool, Prometheus' own checker.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

# count SERIES: its value, 0 where it is not there.
count() { awk -v series="$1" '$1 == series { found = $2 } END { print found + 0 }' "$work_dir/metrics"; }
scrape() { get /metrics && cp -- "$body_file" "$work_dir/metrics"; }
# All counts of requests, and all that the histogram has.
total_requests() { awk '/^riskreport_requests_total/ { sum += $2 } END { print sum + 0 }' "$work_dir/metrics"; }
total_durations() { awk '/^riskreport_request_duration_seconds_count/ { sum += $2 } END { print sum + 0 }' "$work_dir/metrics"; }
metric_names() { sed -n 's/^# TYPE \(riskreport_[a-z_]*\) .*/\1/p' "$work_dir/metrics"; }
hit='riskreport_requests_total{route="report",status="200",source="hit"}'

promtool=$("$PROJECT_DIR/tests/promtool.sh") || { fail 'promtool can be had'; finish; }

export DB_PATH=$work_dir/crm.db
settled_copy "$FIXTURES/crm_small.db" "$DB_PATH"
start_service WORKERS=8

get /healthz
same 'the process lives' '200 ok no-store' "$status $(body .status) $(header Cache-Control)"
get /readyz
is_problem 'not ready before the first report' 503 NOT_READY
same 'and says which check failed' 'ok ok no report has been made yet' "$(body '[.checks.cache, .checks.database, .checks.online] | join(" ")')"
"$CLI" run --date 2026-01-10 >"$work_dir/job.log" 2>&1 || fail 'the job runs' "$(cat "$work_dir/job.log")"
get /readyz
same 'ready after the job' '200 ready' "$status $(body .status)"
get /healthz -I
same 'HEAD too' 200 "$status"
get /readyz -X POST
is_problem 'and nothing else' 405 METHOD_NOT_ALLOWED

## Counts

scrape
same 'metrics are text of that format' 'text/plain; version=0.0.4; charset=utf-8' "$(header Content-Type)"
check 'promtool finds nothing to say' "$promtool" check metrics <"$work_dir/metrics"
same 'all workers have started' 10 "$(count riskreport_worker_starts_total)"
same 'all count in one place' 1 "$(count riskreport_counters_shared)"
same "the job's generations are counted" '1 1' "$(count 'riskreport_generations_total{mode="offline",result="SUCCESS"}') $(count 'riskreport_generations_total{mode="online",result="SUCCESS"}')"
same 'reports that are cached' '1 1' "$(count 'riskreport_cached_reports{mode="offline"}') $(count 'riskreport_cached_reports{mode="online"}')"
same 'their bytes' "$(stat -c %s "$CACHE_DIR/2026-01-10.json")" "$(count 'riskreport_cached_bytes{mode="offline"}')"
below 'age of the last success' 60 "$(count 'riskreport_last_success_age_seconds{mode="online"}')"
check 'age of the database' test "$(count riskreport_database_age_seconds)" -ge 3600

# How much each worker has read so far: more of it is at least a request. The kernel may wake the same few again and again, so those
# that have answered rest while the others go on.
bytes_read() { worker_pids | sort | xargs -I{} sed -n 's/^rchar: \(.*\)/{} \1/p' /proc/{}/io; }
have_answered() { join "$work_dir/before" <(bytes_read) | awk '$3 > $2 {print $1}'; }
before_hits=$(count "$hit") before_requests=$(total_requests)
bytes_read >"$work_dir/before"
sent=0
until (($(have_answered | wc -l) == 8 || sent >= 20000)); do
    have_answered | xargs -r kill -STOP
    seq 500 | xargs -P 16 -n 25 bash -c 'for _ in "$@"; do echo "url=$0"; echo "output=/dev/null"; done | curl -sS -K -' "$BASE$API?date=2026-01-10"
    sent=$((sent + 500))
    worker_pids | xargs kill -CONT
done
same 'eight processes have answered' 8 "$(have_answered | wc -l)"
scrape
same "as many hits as were sent, $sent" $((before_hits + sent)) "$(count "$hit")"
same 'and requests: these, and the scrape before' $((before_requests + sent + 1)) "$(total_requests)"
same 'the histogram has as many' "$(total_requests)" "$(total_durations)"
same 'and as many hits' $((before_hits + sent)) "$(count 'riskreport_request_duration_seconds_count{source="hit"}')"
for bucket in 0.001 20 +Inf; do
    printf '%s\n' "$(count "riskreport_request_duration_seconds_bucket{source=\"hit\",le=\"$bucket\"}")"
done >"$work_dir/buckets"
check 'whose buckets grow' sort -n -c "$work_dir/buckets"
same 'up to all hits' "$(count "$hit")" "$(tail -n 1 "$work_dir/buckets")"

report '?date=2026-01-11'
scrape
same 'what is passed on is counted once, where it is made' 1 "$(count 'riskreport_requests_total{route="report",status="200",source="generated"}')"
same 'the histogram too' "$(total_requests)" "$(total_durations)"
report '?date=yesterday'
scrape
same 'mistakes are counted' 1 "$(count 'riskreport_requests_total{route="report",status="400",source="none"}')"
same 'the format holds' 0 "$("$promtool" check metrics <"$work_dir/metrics" 2>&1 | wc -c)"

## Rules and dashboard ask for what is there

check 'the alert rules are right' "$promtool" check rules "$PROJECT_DIR/docs/riskreport-alerts.yml"
cp -- "$PROJECT_DIR/docs/riskreport-alerts.yml" "$FIXTURES/alerts_test.yml" "$work_dir/"
check 'they raise what they should, and nothing else' "$promtool" test rules "$work_dir/alerts_test.yml"
same 'docs/operations.md says of each what to do' "$(sed -n 's/^ *- alert: //p' "$PROJECT_DIR/docs/riskreport-alerts.yml" | sort)" \
    "$(sed -n '/^### When an alarm comes/,/^###* By hand/s/^| `\(Riskreport[A-Za-z]*\)` .*/\1/p' "$PROJECT_DIR/docs/operations.md" | sort)"
# An expression of the dashboard is checked as a recording rule; Grafana's own variables are filled in.
jq '{groups: [{name: "dashboard", rules: [.panels[].targets[].expr | {record: "checked", expr: gsub("\\$__rate_interval"; "5m") | gsub("\\$instance"; ".*")}] | unique}]}' \
    "$PROJECT_DIR/docs/riskreport-dashboard.json" >"$work_dir/dashboard.yml"
check 'so is what the dashboard asks' "$promtool" check rules "$work_dir/dashboard.yml"
# store_… is there on one of several hosts alone.
same 'and both name only what is there' '' "$(cat "$work_dir/dashboard.yml" "$work_dir/riskreport-alerts.yml" | grep -o 'riskreport_[a-z_]*' | grep -v '^riskreport_store_' |
    sed 's/_seconds_bucket$/_seconds/' | sort -u | grep -vxF "$(metric_names)")"

## With things broken

rm -- "$DB_PATH"
get /readyz
has_peers || is_problem 'no database: not ready' 503 NOT_READY # the others may have one
same 'it says so' 'ok the CRM database cannot be opened: No such file or directory' "$(body '[.checks.cache, .checks.database] | join(" ")')"
check 'without a path' test -z "$(grep -F "$work_dir" "$body_file")"
mv -- "$CACHE_DIR" "$CACHE_DIR.gone"
get /healthz
same 'no cache: alive' 200 "$status"
get /readyz
same 'not ready' '503 false' "$status $(body '.checks.cache == "ok"')"
scrape
same 'metrics are told all the same, and that nobody else counts there' '200 0' "$status $(count riskreport_counters_shared)"
same 'the format holds without cache and database' 0 "$("$promtool" check metrics <"$work_dir/metrics" 2>&1 | wc -c)"
mv -- "$CACHE_DIR.gone" "$CACHE_DIR"
settled_copy "$FIXTURES/crm_small.db" "$DB_PATH"
get /readyz
same 'ready again' 200 "$status"
stop_service

## Another start: what was counted stays; what is there may be of no use

before_hits=$(count "$hit")
start_service LOG_FORMAT=text LOG_LEVEL=info
scrape
same 'counts outlive the workers' "$before_hits" "$(count "$hit")"
check 'the log is text where that was asked for' grep -qE '^20[0-9T:+-]+ info worker_started$' "$RUN_DIR/worker.log"
sed -i '/geo \$rr_metrics_allowed/,/}/s/ 1;/ 0;/' "$RUN_DIR/nginx.conf"
kill -HUP "$(cat "$RUN_DIR/nginx.pid")"
for _ in {1..100}; do
    get /metrics
    [[ $status == 200 ]] || break
    sleep 0.05
done
is_problem 'who is not named may not read metrics' 403 FORBIDDEN
get /healthz
same 'though anyone may ask whether it lives' 200 "$status"
stop_service
printf 'no counters' >"$CACHE_DIR/.metrics"
jq -c '.last_success.generated_at = "2026-01-10T08:00:00+09:00"' "$CACHE_DIR/status.json" >"$work_dir/status.json"
put_status "$work_dir/status.json"
lines_before=$(wc -l <"$RUN_DIR/worker.log")
start_service READY_MAX_AGE_SEC=60 LOG_LEVEL=warning
scrape
same 'a broken file of counters is begun anew' '1 0' "$(count riskreport_counters_shared) $(count "$hit")"
get /readyz
same 'a last success that is too old is not ready' '503 true' "$status $(body '.checks.offline | startswith("the last success is ")')"
stop_service
same 'and nothing below the level' error "$(tail -n "+$((lines_before + 1))" "$RUN_DIR/worker.log" | jq -r .level)"

finish
