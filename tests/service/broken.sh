#!/usr/bin/env bash
# A broken cached file is never served, and never the client's fault (known failure: 400 "Invalid date format"): it is
# regenerated, or fallen back from, and kept aside.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" RETRY_AFTER_FAIL_SEC=0
report '?date=2026-01-09'
report '?date=2026-01-10'
cached=$work_dir/cache/2026-01-10.json
cp "$cached" "$work_dir/good.json"
cp "$work_dir/cache/2026-01-09.json" "$work_dir/other.json"

breakages=('truncated' 'emptied' 'replaced by {}' "replaced by another date's" "replaced by the other mode's" 'with rubbish behind it' 'a folder')
break_it() {
    case $1 in
    truncated) head -c 30000 "$work_dir/good.json" >"$cached" ;;
    emptied) : >"$cached" ;;
    'replaced by {}') echo '{}' >"$cached" ;;
    "replaced by another date's") cp "$work_dir/other.json" "$cached" ;;
    "replaced by the other mode's") sed '1s/"mode":"offline"/"mode":"online"/' "$work_dir/good.json" >"$cached" ;;
    'with rubbish behind it') { cat "$work_dir/good.json" && echo x; } >"$cached" ;;
    'a folder') rm "$cached" && mkdir "$cached" ;;
    esac
}

for breakage in "${breakages[@]}"; do
    break_it "$breakage"
    report '?date=2026-01-10'
    same "$breakage: regenerated" '200 generated 2026-01-10 offline' "$status $(header X-Report-Source) $(body .meta.as_of) $(body .meta.mode)"
    check "$breakage: kept aside" test -e "$cached.corrupt"
    check "$breakage: whole again" "$CLI" verify
    rm -rf -- "$cached.corrupt"
done

mv "$work_dir/crm.db" "$work_dir/away.db"
for breakage in "${breakages[@]}"; do
    rm -rf -- "$cached" "$cached.corrupt"
    break_it "$breakage" 2>/dev/null || mkdir -p "$cached"
    report '?date=2026-01-10'
    want='200 stale 2026-01-09 2026-01-10'
    ! has_peers || [[ -d $cached ]] || want='200 hit 2026-01-10 null' # what they share is whole
    same "$breakage, no database: fallen back from" "$want" \
        "$status $(header X-Report-Source) $(body .meta.as_of) $(body .meta.requested_as_of)"
done

# The status' last success is gone or broken: the newest valid report is found all the same.
for text in '' '{' '{"last_run":null,"last_success":{"as_of":"../../../../etc/passwd"}}' '{"last_success":{"as_of":"2026-01-08"}}'; do
    printf '%s' "$text" >"$work_dir/cache/status.json"
    report '?date=2026-01-10'
    same "status.json is '$text': stale from the newest valid report" '200 stale 2026-01-09' "$status $(header X-Report-Source) $(body .meta.as_of)"
done
finish
