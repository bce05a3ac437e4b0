#!/usr/bin/env bash
# Cards by rule are true of their rows: every sentence of every card is held against the row's fields (tests/fixtures/evidence.jq),
# for the fixtures, for demos in several months, and for databases that lack what sentences and signals are about.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

export REPORT_TZ=Asia/Seoul
made=$work_dir/report.json

# make DATABASE MODE DATE
make_report() { "$CLI" generate --db "$1" --mode "$2" --date "$3" --output "$made" 2>"$work_dir/errors" || cat "$work_dir/errors"; }

# true_cards NAME DATABASE DATE HAS_MEMOS: of both modes; there must be some.
true_cards() {
    local mode said
    for mode in offline online; do
        make_report "$2" "$mode" "$3"
        said=$(jq -r --argjson memos "$4" -f "$FIXTURES/evidence.jq" "$made" 2>&1)
        if [[ $said =~ ^[1-9][0-9]*\ cards,\ 0\ wrong$ ]]; then pass "$1, $mode: ${said%,*}"; else fail "$1, $mode" "$said"; fi
    done
}
signals() { jq -c '[.counterparties[].signals] | unique' "$made"; }
# How many of the cards' third sentences have the words?
sentences_with() { jq --arg words "$1" '[.counterparties[].evidence_bullets[2] | select(contains($words))] | length' "$made"; }
changed() { sqlite3 "$1" "$2" && touch -d '1 hour ago' "$1"; }

for name in small wide; do
    day=$(jq -r .meta.as_of "$FIXTURES/crm_$name.offline.json")
    settled_copy "$FIXTURES/crm_$name.db" "$work_dir/$name.db"
    true_cards "crm_$name" "$work_dir/$name.db" "$day" true
done

crm=$work_dir/crm.db
"$CLI" demo --output "$crm" --deals 6000 --year 2026 --seed 11 >/dev/null
touch -d '1 hour ago' "$crm"
for day in 2026-01-01 2026-02-28 2026-06-10 2026-11-30 2026-12-31; do true_cards "demo, $day" "$crm" "$day" true; done
make_report "$crm" offline 2026-06-10
same 'each kind of third sentence was seen' 'true true true' \
    "$(for words in 메모 '최근 90일' '최근 연락일'; do (($(sentences_with "$words") > 0)) && printf 'true '; done | sed 's/ $//')"
same 'the check can fail' '3 wrong' "$(jq '.counterparties[0].confirmed += 1e7 | .counterparties[1].counts.expected_deals += 1 | .counterparties[2].top_blockers = []' "$made" |
    jq -r --argjson memos true -f "$FIXTURES/evidence.jq" | sed -n 's/.* cards, //p')"
same 'the modes have other words for the same blocker' 0 \
    "$(cp "$made" "$work_dir/offline.json"; make_report "$crm" online 2026-06-10
        jq -s '[.[] | [.counterparties[] | select(.top_blockers[0] == "PRICE_TERM") | .recommended_actions[0]] | unique] | .[0] - (.[0] - .[1]) | length' "$work_dir/offline.json" "$made")"

## Signals, recomputed by SQL: of the counterparty's deals, Convert aside, of both modes

# Dates of one form only, which SQL can compare.
settled_copy "$crm" "$work_dir/lost.db"
changed "$work_dir/lost.db" "UPDATE deal SET \"LOST 확정일\" = date('2026-06-10', (50 - rowid % 200) || ' days')"
make_report "$work_dir/lost.db" offline 2026-06-10
sqlite3 -json "$work_dir/lost.db" "SELECT d.organizationId AS o, trim(p.\"소속 상위 조직\", char(9, 10, 32, 160, 12288)) AS c,
        count(*) FILTER (WHERE d.상태 = 'Lost' AND d.\"LOST 확정일\" BETWEEN date('2026-06-10', '-90 days') AND '2026-06-10') AS n
    FROM deal d JOIN people p ON p.id = d.peopleId
    WHERE d.상태 IS NOT 'Convert' GROUP BY 1, 2 HAVING c <> ''" >"$work_dir/lost.json"
same 'lost deals are as many as SQL counts' 0 "$(jq --slurpfile lost "$work_dir/lost.json" '
    ($lost[0] | map({key: "\(.o) \(.c)", value: .n}) | from_entries) as $counts
    | [.counterparties[] | select(.flags.excluded_by_quality | not) | select(.signals.lost_90d_count != $counts["\(.orgId) \(.counterpartyName)"])] | length' "$made")"
same 'and some are' true "$(jq '[.counterparties[].signals.lost_90d_count] | add > 0' "$made")"

## What is not there is not spoken of

settled_copy "$crm" "$work_dir/bare.db"
changed "$work_dir/bare.db" 'DROP TABLE memo; ALTER TABLE deal DROP COLUMN "최근 연락일"; ALTER TABLE deal DROP COLUMN "LOST 확정일"; ALTER TABLE deal DROP COLUMN "실패 사유"'
true_cards 'no memos, no contacts, no losses' "$work_dir/bare.db" 2026-06-10 false
same 'signals: null, 0, []' '[{"last_contact_date":null,"lost_90d_count":0,"lost_90d_reasons":[]}]' "$(signals)"
same 'no sentence is about them' '0 0 0' "$(sentences_with 메모) $(sentences_with '최근 90일') $(sentences_with 연락일)"
same 'only PIPELINE_ZERO and FIT_UNCLEAR are left' true "$(jq '[.counterparties[].top_blockers[]] | unique - ["PIPELINE_ZERO", "FIT_UNCLEAR"] == []' "$made")"

## Memos of rubbish, and huge ones

settled_copy "$crm" "$work_dir/rubbish.db"
changed "$work_dir/rubbish.db" "UPDATE memo SET text = CASE rowid % 5 WHEN 0 THEN NULL WHEN 1 THEN x'fffe00ed' WHEN 2 THEN '   ' WHEN 3 THEN zeroblob(100) ELSE 7 END,
    createdAt = CASE rowid % 3 WHEN 0 THEN NULL WHEN 1 THEN 'soon' ELSE createdAt END;
    UPDATE memo SET text = replace(printf('%5000000s', ''), ' ', '예') WHERE rowid = 3;
    INSERT INTO memo (id, text, peopleId, dealId, organizationId) VALUES ('x', '예산 부족', 'nobody', 'nothing', 'nowhere'), (NULL, '예산 부족', NULL, NULL, NULL)"
true_cards 'memos of rubbish' "$work_dir/rubbish.db" 2026-06-10 true
finish
