#!/usr/bin/env bash
# Hits by hand-over: ETag, plain and compressed body always of one document, whoever recomputes meanwhile; and nothing that
# waits for a generation holds up a hit.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" COMPUTE_WORKERS=1 REQUEST_DEADLINE_SEC=3 RETRY_AFTER_FAIL_SEC=0
report '?date=2026-01-10'
report '?date=2026-01-10'
etag=$(header ETag) modified=$(header Last-Modified) length=$(header Content-Length)
cp "$body_file" "$work_dir/plain"
same 'plain: the length of the body' "$(stat -c %s "$work_dir/plain")" "$length"
same 'the worker sent no byte of it' 0 "$(worker_log | jq -r 'select(.source == "hit") | .bytes' | sort -u)"
report '?date=2026-01-10' -H 'Accept-Encoding: gzip'
zipped=$(header Content-Length)
same 'gzip: same ETag and Last-Modified, its own length' "gzip $etag $modified $(stat -c %s "$body_file")" \
    "$(header Content-Encoding) $(header ETag) $(header Last-Modified) $zipped"
check 'gunzipped, it is the plain body' cmp <(gunzip -c "$body_file") "$work_dir/plain"
for coding in 'gzip;q=0' 'identity' 'br' 'gzip;q=0, *;q=1'; do
    report '?date=2026-01-10' -H "Accept-Encoding: $coding"
    same "Accept-Encoding: $coding gets the plain body" " $length" "$(header Content-Encoding) $(header Content-Length)"
done
for coding in 'br, gzip;q=0.5' '*' 'GZIP'; do
    report '?date=2026-01-10' -H "Accept-Encoding: $coding"
    same "Accept-Encoding: $coding gets gzip" gzip "$(header Content-Encoding)"
done
report '?date=2026-01-10' --head -H 'Accept-Encoding: gzip'
same 'HEAD: the length of the compressed body' "200 $zipped" "$status $(header Content-Length)"
for coding in gzip identity; do
    report '?date=2026-01-10' -H "If-None-Match: \"x\", $etag" -H "Accept-Encoding: $coding"
    same "If-None-Match ($coding): 304 with the ETag" "304 $etag 0" "$status $(header ETag) $(stat -c %s "$body_file")"
done
report '?date=2026-01-10' -H "If-Modified-Since: $modified"
same 'If-Modified-Since: 304' 304 "$status"
report '?date=2026-01-10' -H 'If-None-Match: "x"' -H "If-Modified-Since: $modified"
same 'If-None-Match counts first' 200 "$status"
report '?date=2026-01-10' -H 'Range: bytes=0-9'
same 'no ranges' "200 $length" "$status $(stat -c %s "$body_file")"

version=$(basename -- "$(find "$work_dir/cache/.versions" -name 'offline-2026-01-10-*.json' | head -n 1)")
for path in "/_reports/$version" /_reports/ "/%5freports/$version" "/x/../_reports/$version" "/.versions/$version" /_compute \
    '/_compute?date=2026-01-10&mode=offline' /_compute/recompute "/cache/.versions/$version" "/run/cache/.versions/$version"; do
    get "$path"
    same "$path is not to be had from outside" 404 "$status"
done

# Readers of both codings during recomputes: each body parses, and is its own ETag's.
read_on() { # CODING FOLDER
    local i=0
    mkdir -p "$2"
    until [[ -e $work_dir/enough ]]; do
        curl -s -D "$2/$i.head" -o "$2/$i.body" -H "Accept-Encoding: $1" "$BASE$API?date=2026-01-10" || echo "curl $?" >>"$work_dir/curl.errors"
        i=$((i + 1))
    done
}
read_on gzip "$work_dir/zipped" &
readers=($!)
read_on identity "$work_dir/plains" &
readers+=($!)
for ((i = 0; i < ${RECOMPUTES:-40}; i++)); do
    curl -s -o /dev/null -X POST "$BASE$API/recompute?date=2026-01-10"
done
touch "$work_dir/enough"
wait "${readers[@]}"
for file in "$work_dir"/zipped/*.body; do gunzip -c "$file" >"${file%.body}.json" 2>>"$work_dir/gunzip.errors" || true; done
for file in "$work_dir"/plains/*.body; do mv "$file" "${file%.body}.json"; done
pairs() {
    local file
    for file in "$work_dir"/zipped/*.json "$work_dir"/plains/*.json; do
        printf '%s %s %s\n' "$(sed -n 's/^ETag: \(.*\)\r$/\1/p' "${file%.json}.head")" "$(jq -r .meta.job_run_id "$file")" "$(sha256sum <"$file")"
    done | sort -u
}
pairs >"$work_dir/pairs"
same 'during recomputes: every answer came whole' '' "$(cat "$work_dir/curl.errors" "$work_dir/gunzip.errors" 2>/dev/null)"
check "several documents were seen ($(wc -l <"$work_dir/pairs"))" test "$(wc -l <"$work_dir/pairs")" -gt 2
same 'an ETag stands for one document, plain or compressed' "$(wc -l <"$work_dir/pairs")" "$(cut -d' ' -f1 "$work_dir/pairs" | sort -u | wc -l)"
same 'and a document for one ETag' "$(wc -l <"$work_dir/pairs")" "$(cut -d' ' -f2 "$work_dir/pairs" | sort -u | wc -l)"

# A version that nginx has not opened yet, though the workers know it.
report '/recompute?date=2026-01-10' -X POST
for _ in {1..16}; do report '?date=2026-01-10' -H 'If-None-Match: *'; done
same 'If-None-Match: * is answered without the file' 304 "$status"
rm -rf "$work_dir/cache/.versions"
report '?date=2026-01-10' -H 'Accept-Encoding: x-gzip' # by which nginx does not compress
same 'a sibling that somebody removed: the plain body, headers once' "200  1" \
    "$status $(header Content-Encoding) $(grep -ci '^cache-control' "$head_file")"
report '?date=2026-01-10'
same 'without its versions a report is sent all the same' '200 hit' "$status $(header X-Report-Source)"
check 'and is whole' jq -e .meta "$body_file"
report '/recompute?date=2026-01-10' -X POST
report '?date=2026-01-10'
same 'and a recompute makes them again' "200 hit 1" "$status $(header X-Report-Source) $(find "$work_dir/cache/.versions" -name '*.gz' | wc -l)"

# Thirty cold requests wait for the lock, on one compute worker: hits and a recompute's answer do not.
exec {lock_fd}>>"$work_dir/cache/.counterparty_risk.lock"
flock "$lock_fd"
began_ms=$(now_ms)
cold=()
for ((i = 10; i < 40; i++)); do
    curl -s -o "$work_dir/cold$i" "$BASE$API?date=2027-05-$((i % 20 + 10))&mode=offline" &
    cold+=($!)
done
sleep 0.3
slowest_ms=0
for ((i = 0; i < 50; i++)); do
    report '?date=2026-01-10'
    ((elapsed_ms <= slowest_ms)) || slowest_ms=$elapsed_ms
done
same 'fifty hits meanwhile' '200 hit' "$status $(header X-Report-Source)"
below 'none of them waited' 1500 "$slowest_ms"
report '/recompute?date=2026-01-10' -X POST
same 'a recompute is skipped' SKIPPED_LOCKED "$(body .result)"
below 'at once' 1500 "$elapsed_ms"
wait "${cold[@]}"
below 'all thirty are answered at their deadline, not one after the other' 30000 $(($(now_ms) - began_ms))
same 'by the last success' '30 LOCK_TIMEOUT' "$(jq -r .meta.stale_error_code "$work_dir"/cold* | sort | uniq -c | xargs)"
flock -u "$lock_fd"
report '?date=2027-05-10'
same 'and when the lock is free, the next makes its report' '200 generated' "$status $(header X-Report-Source)"
finish
