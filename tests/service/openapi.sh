#!/usr/bin/env bash
# openapi.json: a right document, of all addresses there are, and real answers are as it says.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

document=$PROJECT_DIR/nginx/html/openapi.json
answers=$work_dir/answers
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" RETRY_AFTER_FAIL_SEC=0

# ask METHOD PATH_AND_QUERY [CURL OPTIONS]: keeps the answer, to be held against the document
count=0
ask() { ask_address "$1" "$API$2" "${@:3}"; }

# The same of an address that is not below the API's.
ask_address() {
    local method=$1 target=$2 option=(-X "$1")
    [[ $method != HEAD ]] || option=(--head)
    get "$target" "${option[@]}" "${@:3}"
    count=$((count + 1))
    cp "$head_file" "$work_dir/head$count"
    if [[ $method == HEAD ]]; then : >"$work_dir/body$count"; else cp "$body_file" "$work_dir/body$count"; fi
    printf '%s\t%s\t%s\t%s\t%s\n' "$method" "${target%%\?*}" "$status" "$work_dir/head$count" "$work_dir/body$count" >>"$answers"
}

ask GET /openapi.json
check 'it is served as it is' cmp "$body_file" "$document"
same 'as JSON, to be kept' '200 application/json no-cache' "$status $(header Content-Type) $(header Cache-Control)"
ask HEAD /openapi.json
ask GET /openapi.json -H "If-None-Match: $(header ETag)"
ask POST /openapi.json
is_problem 'a POST is refused' 405 METHOD_NOT_ALLOWED
same 'with what is allowed' 'GET, HEAD' "$(header Allow)"
report /openapi.json --compressed
check 'compressed, it is the same' cmp "$body_file" "$document"
same 'it knows every address of the worker, and itself' \
    "$( (sed -n 's/^    {\([^,]*\), "\(GET\|POST\).*/\1/p' "$PROJECT_DIR/cgi/routes.c" | sed "s|PREFIX|$API|; s/[\" ]//g" &&
        echo "$API/openapi.json") | sort | xargs)" \
    "$(jq -r '.paths | keys[]' "$document" | sort | xargs)"

for path in /healthz /readyz /metrics; do
    ask_address GET "$path"
    ask_address HEAD "$path"
    ask_address POST "$path"
    is_problem "a POST of $path is refused" 405 METHOD_NOT_ALLOWED
done
for mode in offline online; do
    ask GET "?date=2026-01-18&mode=$mode"
    ask GET "?date=2026-01-18&mode=$mode"
    ask GET "/status?mode=$mode"
done
sqlite3 "$work_dir/crm.db" "UPDATE deal SET \"상태\" = 'Lost' WHERE rowid % 3 = 0; UPDATE people SET \"소속 상위 조직\" = '=새' WHERE rowid % 9 = 0"
touch -d '1 hour ago' "$work_dir/crm.db"
ask GET '?date=2026-01-19'
ask_address GET /readyz
same 'with a report of each mode it is ready' 200 "$status"
ask HEAD '?date=2026-01-19'
ask GET '?date=2026-01-19' -H "If-None-Match: $(header ETag)"
ask GET '?date=2026-01-19&format=csv'
ask GET '?date=2026-01-19&lang=en' -H 'Accept: text/csv'
for query in date=2026-02-30 mode=x format=x lang=x 'date=2026-01-19&date=2026-01-19' "$(printf 'x%.0s' {1..2100})"; do
    ask GET "?$query"
done
ask PUT ''
ask GET /status
ask POST '/recompute?date=2026-01-19'
exec {lock}<"$work_dir/cache/.counterparty_risk.lock"
flock "$lock"
ask POST '/recompute?date=2026-01-19'
flock -u "$lock"
ask POST '/recompute?mode=x'
ask POST /recompute -H 'Origin: https://elsewhere.example'
same 'a page of elsewhere may not' 403 "$status"
for path in /dates /history '/diff?from=2026-01-18&to=2026-01-19'; do
    ask GET "$path"
    ask GET "$path" -H "If-None-Match: $(header ETag)"
    ask HEAD "$path"
    ask GET "${path%%\?*}?mode=x"
done
ask GET '/history?mode=online&from=2027-01-01'
ask GET '/diff?from=2026-01-01&to=2026-01-19'
ask GET /diff
rm "$work_dir/crm.db"
ask GET '?date=2026-01-20'
same 'a stale report' stale "$(header X-Report-Source)"
ask GET '?date=2026-01-20&format=csv'
ask POST '/recompute?date=2026-01-20'
ask_address GET /readyz
has_peers || is_problem 'without a database it is not ready' 503 NOT_READY # the others may have one
rm -r "$work_dir/cache"/*.json "$work_dir/cache"/.versions/*
ask GET '?date=2026-01-20'
same 'no report at all' 500 "$status"
/usr/bin/python3 "$PROJECT_DIR/tests/openapi/check.py" "$document" "$answers" || failed=1

## The check finds what is wrong
refuses() { # NAME JQ
    jq "$2" "$document" >"$work_dir/wrong.json"
    check "it would be seen: $1" test 1 = "$(/usr/bin/python3 "$PROJECT_DIR/tests/openapi/check.py" "$work_dir/wrong.json" >/dev/null 2>&1; echo $?)"
}
refuses 'a field that OpenAPI does not have' '.paths[].get.respones? = {}'
refuses 'a schema that is none' '.components.schemas.Totals.type = "numbr"'
refuses 'a reference to nothing' 'del(.components.schemas.Counts)'
refuses 'an example of another shape' '.components.schemas.Totals.properties.gap.type = "string"'
refuses 'a member that is not described' 'del(.components.schemas.Meta.properties.job_run_id, .components.schemas.Meta.required)'
finish
