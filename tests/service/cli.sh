#!/usr/bin/env bash
# The command line: exit statuses, one line an error, what each command does.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

export CACHE_DIR=$work_dir/cache WORK_DIR=$work_dir/copies DB_PATH=$work_dir/crm.db REPORT_TZ=Asia/Seoul
settled_copy "$FIXTURES/crm_small.db" "$DB_PATH"

# ends NAME STATUS ARGUMENTS...: output in $output, errors in $errors.
ends() {
    local name=$1 want=$2
    shift 2
    output=$("$CLI" "$@" 2>"$work_dir/errors")
    same "$name: exit status $want" "$want" $?
    errors=$(cat "$work_dir/errors")
}
one_line() { same "$1: one line on stderr, nothing else" '1 ' "$(wc -l <<<"$errors") $output"; }

for command in run enrich generate status verify prune store follow take demo; do
    ends "$command --help" 0 "$command" --help
    check "$command --help tells its usage" grep -q "^usage: riskreport $command" <<<"$output"
    ends "$command --nonsense" 2 "$command" --nonsense
    one_line "$command --nonsense"
done
ends 'no command' 2
one_line 'no command'
ends 'an unknown command' 2 frobnicate
ends '--help' 0 --help
for setting in DB_PATH CACHE_DIR DB_STABLE_WINDOW_SEC REQUEST_DEADLINE_SEC REPORT_MODES SNAPSHOT; do
    check "--help names $setting" grep -q "$setting" <<<"$output"
done
DB_RETRY=many ends 'a bad setting' 2 status
one_line 'a bad setting'
REPORT_STORE=mysql://db/reports ends 'a store that is none of ours' 2 status
one_line 'a store that is none of ours'
# The build that every machine can have needs no PostgreSQL, and says so.
if ! ldd "$CLI" | grep -q libpq; then
    REPORT_STORE=postgresql://db/reports ends 'a PostgreSQL, in a build that knows none' 2 status
    check 'it says which build does' grep -q POSTGRESQL=1 <<<"$errors"
fi
REPORT_TZ=Mars/Olympus ends 'an unknown zone' 2 status
ends 'a bad date' 2 run --date 2026-02-30
ends 'a bad mode' 2 generate --mode both
ends 'an option without its value' 2 generate --date

ends 'run' 0 run --date 2026-01-10
same 'run makes both modes' 2 "$(grep -c SUCCESS <<<"$output")"
same 'of one run' 1 "$(jq -r .meta.job_run_id "$CACHE_DIR/2026-01-10.json" "$CACHE_DIR/counterparty-risk/online/2026-01-10.json" | sort -u | wc -l)"
ends 'run again' 0 run --date 2026-01-10
same 'is skipped' 2 "$(grep -c SKIPPED_CACHE <<<"$output")"
same 'which keeps the success' 'SKIPPED_CACHE SUCCESS' "$(jq -r '"\(.last_run.result) \(.last_success.result)"' "$CACHE_DIR/status.json")"
ends 'run --force' 0 run --date 2026-01-10 --mode online --force
same 'makes the one mode' 'online 2026-01-10 SUCCESS' "$(head -n 1 <<<"$output")"
touch -d '2 hours ago' "$DB_PATH"
ends 'a changed database' 0 run --date 2026-01-10
same 'is read again' 2 "$(grep -c SUCCESS <<<"$output")"
touch "$DB_PATH"
DB_RETRY=1 DB_RETRY_INTERVAL_SEC=0 ends 'an unstable database' 1 run --date 2026-01-10 --force
check 'is named' grep -q DB_UNSTABLE_OR_UPDATING <<<"$errors"
touch -d '2 hours ago' "$DB_PATH"
REPORT_MODES=online,offline ends 'the order of modes' 0 run --date 2026-01-12
same 'is that of REPORT_MODES' 'online offline' "$(head -n 2 <<<"$output" | cut -d' ' -f1 | xargs)"

ends 'status' 0 status
check 'is JSON with both modes' jq -e '.offline.last_success and .online.last_success' <<<"$output"
ends 'verify' 0 verify
printf '{' >"$CACHE_DIR/2026-01-11.json"
ends 'verify of a broken file' 1 verify
check 'names it' grep -q 'BROKEN report_cache/2026-01-11.json' <<<"$output"
rm "$CACHE_DIR/2026-01-11.json"
printf '{' >"$CACHE_DIR/status.json.copy" && cp "$CACHE_DIR/status.json" "$work_dir/status.json" && printf '{' >"$CACHE_DIR/status.json"
ends 'verify of a broken status' 1 verify
cp "$work_dir/status.json" "$CACHE_DIR/status.json"

# Known failure: clean-up deleted the very file that the fallback needs.
"$CLI" run --date 2026-01-05 >/dev/null && "$CLI" run --date 2026-01-13 >/dev/null
touch -d '40 days ago' "$CACHE_DIR"/20*.json "$CACHE_DIR"/counterparty-risk/online/20*.json "$CACHE_DIR/status.json"
ends 'prune' 0 prune
same 'keeps the last success, whatever its age, of each mode' '2026-01-13.json 2026-01-13.json' \
    "$(find "$CACHE_DIR" -name '20*.json' -printf '%f\n' | xargs)"
check 'and the status' test -e "$CACHE_DIR/status.json" -a -e "$CACHE_DIR/status_online.json" -a -e "$CACHE_DIR/.counterparty_risk.lock"

ends 'generate to standard output' 0 generate --db "$DB_PATH" --date 2026-01-10 --mode online
same 'is the report' '2026-01-10 online' "$(jq -r '"\(.meta.as_of) \(.meta.mode)"' <<<"$output")"
same 'meta is on the first line, counterparties one a line' "$(jq '.counterparties | length' <<<"$output")" "$(grep -c '^{"orgId"' <<<"$output")"
printed=$output
ends 'generate to a file' 0 generate --db "$DB_PATH" --date 2026-01-10 --mode online --output "$work_dir/out.json"
check 'is the same' test "$(jq -S 'del(.meta.generated_at, .meta.job_run_id, .counterparties[].llm_meta)' "$work_dir/out.json" | sha256sum)" = \
    "$(jq -S 'del(.meta.generated_at, .meta.job_run_id, .counterparties[].llm_meta)' <<<"$printed" | sha256sum)"
ends 'generate from nothing' 1 generate --db "$work_dir/none.db" --date 2026-01-10
one_line 'generate from nothing'
"$CLI" generate --db "$DB_PATH" --date 2026-01-10 >/dev/full 2>/dev/null
same 'generate to a full disk: exit status 1' 1 $?
sqlite3 "$DB_PATH" 'ALTER TABLE deal RENAME COLUMN "금액" TO "amount"'
ends 'a missing column' 1 generate --db "$DB_PATH" --date 2026-01-10
check 'is named' grep -q '금액' <<<"$errors"
sqlite3 "$DB_PATH" 'DROP TABLE people'
ends 'a missing table' 1 generate --db "$DB_PATH" --date 2026-01-10
check 'is named too' grep -q '"people"' <<<"$errors"

ends 'demo' 0 demo --output "$work_dir/demo.db" --deals 700 --seed 7 --year 2026
ends 'demo again' 0 demo --output "$work_dir/demo2.db" --deals 700 --seed 7 --year 2026
check 'the same seed, the same rows' test "$(sqlite3 "$work_dir/demo.db" .dump | sha256sum)" = "$(sqlite3 "$work_dir/demo2.db" .dump | sha256sum)"
ends 'demo with another seed' 0 demo --output "$work_dir/demo3.db" --deals 700 --seed 8 --year 2026
check 'other rows' test "$(sqlite3 "$work_dir/demo.db" .dump | sha256sum)" != "$(sqlite3 "$work_dir/demo3.db" .dump | sha256sum)"
ends 'demo --wide' 0 demo --output "$work_dir/wide.db" --deals 50 --wide
same 'has 147 columns' 147 "$(sqlite3 "$work_dir/wide.db" "SELECT count(*) FROM pragma_table_info('deal')")"
ends 'demo without --output' 2 demo
one_line 'demo without --output'

# An amount of inf stopped the whole report of the earlier service.
sqlite3 "$work_dir/demo.db" "UPDATE deal SET \"금액\" = 'inf'"
ends 'amounts of inf' 0 generate --db "$work_dir/demo.db" --date 2026-01-10
same 'are unreadable, no more' "$(sqlite3 "$work_dir/demo.db" "SELECT count(*) FROM deal WHERE \"상태\" IS NOT 'Convert'")" "$(jq .data_quality.unknown_amount_deals <<<"$output")"
finish
