#!/usr/bin/env bash
# What is cached, how it went, what changed, and the table for a spreadsheet: against the reports themselves, read whole.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

cache=$work_dir/cache
days=(2025-12-31 2026-01-18 2026-02-10)
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db"

report '/dates'
same 'nothing is cached: no dates' '200 {"mode":"offline","reports":[]}' "$status $(cat "$body_file")"
report '/history'
same 'nor a history' '200 {"mode":"offline","from":null,"to":null,"series":[]}' "$status $(cat "$body_file")"

for i in 0 1 2; do
    report "?date=${days[i]}"
    # The CRM goes on: the next report is of another one.
    sqlite3 "$work_dir/crm.db" "UPDATE deal SET \"상태\" = 'Lost' WHERE rowid % 7 = $i;
        UPDATE deal SET \"상태\" = 'Won', \"금액\" = '9억', \"수강시작일\" = '2026-03-01' WHERE rowid % 9 = $((i + 4));
        UPDATE people SET \"소속 상위 조직\" = '새 조직' WHERE rowid % 50 = $i;"
    touch -d '1 hour ago' "$work_dir/crm.db"
done

# rounded PATH: the JSON with numbers to the digits that do not depend on who prints them
rounded() { jq -cS 'walk(if type != "number" then . elif . > 1000 or . < -1000 then (. * 100 | round) / 100 else (. * 1e9 | round) / 1e9 end)' "$1"; }

## Dates and history
# shellcheck disable=SC2016  # the $ are jq's
totals='def totals: .summary.tier_groups | [.S0_P0_P1, .P2] | {target: (map(.target) | add), coverage: (map(.coverage) | add)}
    | .gap = .target - .coverage | .coverage_ratio = (if .target > 0 then .coverage / .target else null end);'
report '/dates'
same 'dates: newest first, as the reports say' \
    "$(rounded <(jq --slurp "$totals"' {mode: "offline", reports: map({totals: totals, counts: .summary.counts,
        counterparties: (.counterparties | length)} + (.meta | {as_of, generated_at, db_signature, generator_version}))}' \
        "$cache"/2026-02-10.json "$cache"/2026-01-18.json "$cache"/2025-12-31.json))" "$(rounded "$body_file")"
report '/history'
same 'history: oldest first, as the reports say' \
    "$(rounded <(jq --slurp "$totals"' {mode: "offline", from: "2025-12-31", to: "2026-02-10", series: map({totals: totals,
        tier_groups: .summary.tier_groups, counts: .summary.counts,
        min_coverage: .counterparties[0].min_cov_current_month} + (.meta | {as_of, generated_at}))}' \
        "$cache"/2025-12-31.json "$cache"/2026-01-18.json "$cache"/2026-02-10.json))" "$(rounded "$body_file")"
report '/history?from=2026-01-01&to=2026-01-31'
same 'history within its ends' '2026-01-01 2026-01-31 2026-01-18' "$(body '[.from, .to, .series[].as_of] | join(" ")')"
report '/history?from=2026-01-19&to=2026-01-18'
is_problem 'ends that are the wrong way round' 400 INVALID_DATE
report '/history?from=2026-02-30'
is_problem 'an end that is no day' 400 INVALID_DATE
report '/dates?mode=online'
same 'the other mode has none' 0 "$(body '.reports | length')"

## What changed
compare() { # NAME FROM TO
    report "/diff?from=$2&to=$3"
    jq -c .summary "$body_file" >>"$work_dir/changes"
    same "$1" "$(rounded <(jq --argjson to "$(cat "$cache/$3.json")" -f "$FIXTURES/diff.jq" "$cache/$2.json"))" "$(rounded "$body_file")"
}
compare 'what changed, by both reports read whole' 2025-12-31 2026-01-18
compare 'the same of two others' 2026-01-18 2026-02-10
check 'there is something of everything' jq -se '[.[] | del(.totals, .counts) | to_entries[]] | group_by(.key)
    | length == 7 and all(any(.value > 0))' "$work_dir/changes"
compare 'a report and itself: nothing' 2026-01-18 2026-01-18
report '/diff?from=2026-01-18&to=2026-01-20'
is_problem 'not cached: 404' 404 REPORT_NOT_CACHED
same 'with the nearest dates' '["2026-01-20"] {"2026-01-20":["2026-01-18","2026-02-10"]}' "$(jq -c .missing "$body_file") $(jq -c .nearest "$body_file")"
check 'nothing was made for that' test ! -e "$cache/2026-01-20.json"
for query in '' '?from=2026-01-18' '?to=2026-01-18' '?from=2026-02-10&to=2026-01-18' '?from=x&to=2026-01-18'; do
    report "/diff$query"
    is_problem "diff$query" 400 INVALID_DATE
done
report '/diff?from=2026-01-18&from=2026-01-18&to=2026-02-10'
is_problem 'given twice' 400 INVALID_QUERY

## Cheap
for path in /dates /history '/diff?from=2026-01-18&to=2026-02-10'; do
    report "$path"
    etag=$(header ETag) length=$(header Content-Length)
    same "$path: to be kept" "no-cache W/ Accept-Encoding" "$(header Cache-Control) ${etag:0:2} $(header Vary)"
    report "$path" -H "If-None-Match: $etag"
    same "$path: 304 for who has it" "304 $etag 0" "$status $(header ETag) $(stat -c %s "$body_file")"
    report "$path" --head
    same "$path: HEAD" "200 $etag $length" "$status $(header ETag) $(header Content-Length)"
    report "$path" -X POST
    is_problem "$path: POST" 405 METHOD_NOT_ALLOWED
done
report '/dates'
before=$(header ETag)
report '/recompute?date=2026-02-10' -X POST
report '/dates' -H "If-None-Match: $before"
same 'a new report is seen at once' 200 "$status"

## By hand
report '/diff?from=2026-01-18&to=2026-02-10'
cp "$body_file" "$work_dir/known"
rm -f "$cache"/.versions/*.summary
report '/diff?from=2026-01-18&to=2026-02-10'
check 'without summaries (an older cache): the same' cmp "$body_file" "$work_dir/known"
check 'and they are there again' test -e "$cache/.versions/offline-2026-01-18.summary"
sed '1s/2026-02-10/2026-02-11/' "$cache/2026-02-10.json" >"$cache/2026-02-11.json"
sed '1s/2026-01-18/2026-02-10/' "$cache/2026-01-18.json" >"$cache/2026-02-10.json" # in place
compare 'reports that were put there' 2026-02-10 2026-02-11
echo '{"meta":{' >"$cache/2026-02-11.json"
report '/dates'
same 'a broken one is none' '2026-02-10 2026-01-18 2025-12-31' "$(body '[.reports[].as_of] | join(" ")')"
rm "$cache/2026-02-11.json"

## CSV
table() { # checks the last answer, a table, against a report
    /usr/bin/python3 - "$body_file" "$1" <<'PYTHON'
import csv, json, sys
raw = open(sys.argv[1], "rb").read()
assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n")
rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(True), strict=True))
report = json.load(open(sys.argv[2]))
assert len(rows) == len(report["counterparties"]) > 10
for have, want in zip(rows, report["counterparties"]):
    assert None not in have and None not in have.values()
    assert have["카운터파티"] == want["counterpartyName"] and have["조직"] == want["orgName"], have
    assert have["위험 등급"] == want["risk_level_rule"] and have["티어"] == want["tier"]
    assert float(have["목표(원)"]) == want["target"] and int(have["커버리지(원)"]) == want["coverage"]
    assert have["달성률"] == "" if want["coverage_ratio"] is None else float(have["달성률"]) == want["coverage_ratio"]
    assert have["파이프라인 없음"] == str(want["pipeline_zero"]).upper()
    assert int(have["확정 딜 수"]) == want["counts"]["confirmed_deals"]
    assert have["권장 조치"] == " / ".join(want["recommended_actions"])
    assert have["기준일"] == report["meta"]["as_of"] and have["모드"] == report["meta"]["mode"]
PYTHON
}
report '?date=2026-01-18&format=csv'
cp "$body_file" "$work_dir/table"
etag=$(header ETag)
same 'a table to keep as a file' '200 text/csv; charset=utf-8 hit attachment; filename="counterparty-risk-offline-2026-01-18.csv"' \
    "$status $(header Content-Type) $(header X-Report-Source) $(header Content-Disposition)"
check 'a line a row, with its numbers' table "$cache/2026-01-18.json"
report '?date=2026-01-18' -H 'Accept: text/csv'
check 'by Accept: the same' cmp "$body_file" "$work_dir/table"
same 'and it says what that depends on' 'Accept-Encoding, Accept' "$(header Vary)"
for accept in 'text/html,application/xhtml+xml,*/*;q=0.8' 'application/json, text/csv' 'text/csv;q=0' 'text/csv;q=0.1, */*'; do
    report '?date=2026-01-18' -H "Accept: $accept"
    same "Accept: $accept: JSON" application/json "$(header Content-Type)"
done
report '?date=2026-01-18&format=json' -H 'Accept: text/csv'
same 'format counts first' application/json "$(header Content-Type)"
report '?date=2026-01-18&format=csv&lang=en'
same 'headings in English' 'Organization ID,Organization,Counterparty' "$(head -c 100 "$body_file" | sed 's/^\xef\xbb\xbf//' | head -n 1 | cut -d, -f1-3)"
report '?date=2026-01-18&format=csv' -H "If-None-Match: $etag"
same '304 for who has the table' "304 $etag" "$status $(header ETag)"
report '?date=2026-01-18&format=csv&lang=en' -H "If-None-Match: $etag"
same 'but not for another' 200 "$status"
report '?date=2026-01-18' -H "If-None-Match: $etag"
same 'nor for the report' 200 "$status"
report '?date=2026-01-18&format=csv' --head
same 'HEAD of a table' "200 $(stat -c %s "$work_dir/table")" "$status $(header Content-Length)"
report '?date=2026-01-18&format=csv' -H 'Accept-Encoding: gzip'
check 'compressed, it is the same' cmp <(gunzip -c "$body_file") "$work_dir/table"
report '?date=2026-03-01&mode=online' -H 'Accept: text/csv'
same 'a miss is made' '200 generated attachment; filename="counterparty-risk-online-2026-03-01.csv"' \
    "$status $(header X-Report-Source) $(header Content-Disposition)"
check 'and cached' test -e "$cache/counterparty-risk/online/2026-03-01.json"
report '?date=2026-03-02&format=json' -H 'Accept: text/csv'
same 'a miss by format, whatever Accept says' '200 generated application/json' "$status $(header X-Report-Source) $(header Content-Type)"
report '?date=2026-01-18&format=xml'
is_problem 'another format' 400 INVALID_FORMAT
report '?date=2026-01-18&format=csv&lang=de'
is_problem 'another language' 400 INVALID_LANG
report '/status?format=xml&lang=x&from=y'
same 'elsewhere they mean nothing' 200 "$status"
rm "$work_dir/crm.db"
report '?date=2026-01-19&format=csv'
same 'stale: marked, and named by what it is of' '200 stale  attachment; filename="counterparty-risk-offline-2026-03-02.csv"' \
    "$status $(header X-Report-Source) $(header ETag) $(header Content-Disposition)"
check 'it is a table' table "$cache/2026-03-02.json"
finish
