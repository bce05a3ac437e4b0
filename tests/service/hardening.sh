#!/usr/bin/env bash
# What makes an attacker's work harder: how the programs are built, who may open what, what is said of the inside.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

for program in riskreport riskreport.fcgi; do
    file=$PROJECT_DIR/$BUILD/bin/$program
    check "$program: position-independent" grep -q 'DYN' <(readelf -hW "$file")
    check "$program: no executable stack" grep -qE 'GNU_STACK.* RW ' <(readelf -lW "$file")
    check "$program: relocations read-only" grep -q GNU_RELRO <(readelf -lW "$file")
    check "$program: bound at start" grep -qE 'BIND_NOW|NOW' <(readelf -dW "$file")
    check "$program: stack protector" grep -qE '__stack_chk_fail|__asan_' <(readelf -sW "$file")
    check "$program: checked string functions" grep -qE '_chk|__asan_' <(readelf -sW "$file")
done

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db"
for socket in worker.sock compute.sock; do
    same "$socket is for owner and group" 660 "$(stat -c %a "$work_dir/run/$socket")"
done
report '?date=2026-01-10%0d%0aX-Injected:%201'
is_problem 'a line break in a parameter' 400 INVALID_DATE
same 'gets into no header' '' "$(header X-Injected)"
report $'?date=2026-01-10&x=%22%7d%0a%7b%22event%22:%22forged' -A $'evil\x1b[31m"agent'
same 'every line of the log is one of ours' 0 "$(worker_log | jq -R 'fromjson? // "broken"' | grep -c '^"broken"\|forged"$')"
same 'and of the web server' 0 "$(sleep 1.2; jq -R 'fromjson? // "broken"' "$work_dir/run/nginx-access.log" | grep -c '^"broken"')"
same 'no version is told' nginx "$(header Server)"
same 'no sniffing' nosniff "$(header X-Content-Type-Options)"
for path in / "$API/../../../etc/passwd" "$API/%2e%2e/%2e%2e/etc/passwd" /report_cache/2026-01-10.json /.git/config /status.json /worker.sock; do
    get "$path"
    check "$path shows nothing of the disk" grep -qvE 'root:|"meta"|repositoryformat' "$body_file"
done
same 'files of the cache are the owner'"'"'s to write' 0 "$(find "$work_dir/cache" -type f -perm /022 | wc -l)"

finish
