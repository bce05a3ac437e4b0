#!/usr/bin/env bash
# The examples of docs/api.md, "From programs": taken out of the page and run as they stand there, but for the address. All say the same
# of a report, of a stale one, and of none. Power Query has no interpreter here: it is parsed, and curl asks for what it asks for.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

# example LANGUAGE: its block.
example() { awk -v fence="\`\`\`$1" '$0 == "```" {on = 0} on {print} $0 == fence {on = 1}' "$PROJECT_DIR/docs/api.md" | sed "s|http://127\.0\.0\.1:8000|$BASE|"; }

modules=$("$PROJECT_DIR/tests/browser/modules.sh" 2>"$work_dir/npm.log") || fail "npm ci: see tests/browser/package.json" "$(cat "$work_dir/npm.log")"
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" RETRY_AFTER_FAIL_SEC=0
cd -- "$work_dir" || exit
for language in sh python js powerquery; do
    example "$language" >"example.$language"
    check "the page has an example, $language" test -s "example.$language"
done
mv example.js example.mjs
# by CLIENT: what the example prints; its exit status.
by() {
    case $1 in
    curl) bash -e example.sh ;;
    python) python3 example.python ;;
    javascript) node example.mjs ;;
    esac 2>&1
}

report ''
wanted=$(jq -r '.counterparties[] | select(.risk_level_rule == "심각") | "\(.orgName)\t\(.counterpartyName)\t\(.gap)"' "$body_file")
check 'there is something to show' test "$(wc -l <<<"$wanted")" -gt 3
for client in curl python javascript; do
    same "$client shows the customers in trouble" "$wanted" "$(by "$client")"
done
same 'and curl again' "$wanted" "$(by curl)"
sleep 1.2 # a line reaches the access log within a second
same 'which has not been sent the report twice' '200 200 200 304' \
    "$(jq -r 'select(.uri | endswith("?mode=offline")) | .status' "$RUN_DIR/nginx-access.log" | sort | xargs)"

cat >parse.js <<'EOF'
const { DefaultSettings, TaskUtils } = require(process.argv[2] + "/node_modules/@microsoft/powerquery-parser");
const text = require("fs").readFileSync("example.powerquery", "utf8");
Promise.all([text, text.replace(")", "")].map((each) => TaskUtils.tryLexParse(DefaultSettings, each)))
    .then((tasks) => console.log(...tasks.map(TaskUtils.isParseStageOk)));
EOF
same 'Power Query: it is a query (and would be none with a bracket less)' 'true false' "$(node parse.js "$modules" 2>&1)"
path=$(sed -n 's/.*RelativePath = "\(.*\)".*/\1/p' example.powerquery)
query=$(sed -n 's/.*Query = \[\(.*\)\].*/\1/p' example.powerquery | tr -d '" ' | tr , '&')
get "/$path?$query"
same 'Power Query: it asks for a table' '200 text/csv' "$status $(header Content-Type | cut -d ';' -f 1)"
head -n 1 "$body_file" | sed 's/^\xef\xbb\xbf//; s/\r$//' | tr , '\n' >columns
sed -n '/Typed = /,$p' example.powerquery | grep -oE '\{"[^"]*"|, "[^"]*"|\[[^]]*\]' | tr -d '{}[],"' | sed 's/^ *//' | grep -vx en-US >named
check 'Power Query: it names columns' test "$(wc -l <named)" -gt 5
same 'Power Query: which the table has' '' "$(grep -vxFf columns named)"

report '?date=2026-01-10'
rm -- "$work_dir/crm.db" "$CACHE_DIR/$(TZ=Asia/Seoul date +%F).json" report.etag
for client in curl python javascript; do
    same "$client says that it is stale" 'stale: DB_NOT_FOUND' "$(by "$client" | head -n 1)"
done
rm -r -- "$CACHE_DIR/.versions" "$CACHE_DIR/2026-01-10.json"
for client in curl python javascript; do
    by "$client" >output
    same "$client fails where there is none" 1 $(($? != 0))
    check "$client says why" grep -qE 'REPORT_NOT_FOUND: FileNotFoundError|returned error: 500' output
done
finish
