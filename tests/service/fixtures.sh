#!/usr/bin/env bash
# The fixtures' numbers, by `riskreport generate` and by HTTP: 0 differ.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

compare() { jq -r --slurpfile expected "$2" -f "$FIXTURES/compare.jq" "$1" | tail -n 1; }
agrees() {
    local line
    line=$(compare "$2" "$3")
    if [[ $line == *' fields compared, 0 differ' && $line != 0\ * ]]; then pass "$1: $line"; else fail "$1" "$line"; fi
}

for name in small wide; do
    settled_copy "$FIXTURES/crm_$name.db" "$work_dir/crm.db"
    start_service DB_PATH="$work_dir/crm.db"
    for mode in offline online; do
        expected=$FIXTURES/crm_$name.$mode.json
        date=$(jq -r .meta.as_of "$expected")
        "$CLI" generate --db "$FIXTURES/crm_$name.db" --date "$date" --mode "$mode" --output "$work_dir/generated.json"
        agrees "$name $mode by generate" "$work_dir/generated.json" "$expected"
        report "?date=$date&mode=$mode"
        agrees "$name $mode by HTTP" "$body_file" "$expected"
    done
    stop_service
    rm -rf -- "$work_dir/cache"
done

jq '.counterparties[0].target += 1' "$FIXTURES/crm_small.offline.json" >"$work_dir/other.json"
"$CLI" generate --db "$FIXTURES/crm_small.db" --date "$(jq -r .meta.as_of "$FIXTURES/crm_small.offline.json")" >"$work_dir/generated.json"
same 'the comparison sees one number that differs' '2095 fields compared, 1 differ' "$(compare "$work_dir/generated.json" "$work_dir/other.json")"
finish
