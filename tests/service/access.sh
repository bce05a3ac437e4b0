#!/usr/bin/env bash
# Who may recompute, through nginx: whom it vouches for, or who names a token; and no page of another origin.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

post() { report "/recompute?date=2026-01-10" -X POST "$@"; }
audit() { worker_log | jq -rc 'select(.event == "recompute") | [.address, .token, .as_of, .mode, .result, .code] | join(" ")' | tail -n 1; }

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db"
host=${BASE#http://}
post
same 'this machine may' '200 SUCCESS' "$status $(body .result)"
same 'and that is written down' '127.0.0.1  2026-01-10 offline SUCCESS ' "$(audit)"
post -H 'Origin: https://evil.example'
is_problem 'a page of another origin may not' 403 FOREIGN_ORIGIN
same 'which is written down too' '127.0.0.1  2026-01-10 offline REFUSED FOREIGN_ORIGIN' "$(audit)"
post -H "Origin: $BASE"
same 'our own page may' 200 "$status"
post -H "Host: rebound.example:${host##*:}" -H "Origin: http://rebound.example:${host##*:}"
is_problem 'nor may one whose name was made to lead here' 403 FORBIDDEN
report '?date=2026-01-10' -H 'Origin: https://dash.example.com'
same 'no CORS unless it was asked for' "200 " "$status $(header Access-Control-Allow-Origin)"
exec {lock_fd}>>"$work_dir/cache/.counterparty_risk.lock"
flock "$lock_fd"
post
same 'a skipped one is written down' '127.0.0.1  2026-01-10 offline SKIPPED_LOCKED ' "$(audit)"
exec {lock_fd}>&-
stop_service

printf 'ops:0123456789abcdef0123456789abcdef\n' >"$work_dir/tokens"
start_service DB_PATH="$work_dir/crm.db" RECOMPUTE_TOKEN_FILE="$work_dir/tokens" LOG_LEVEL=error CORS_ALLOW_ORIGIN=https://dash.example.com
post
is_problem 'without a token: 401' 401 UNAUTHORIZED
same 'that says how' Bearer "$(header WWW-Authenticate)"
post -H 'Authorization: Bearer 0123456789abcdef0123456789abcdee'
is_problem 'with a wrong one too' 401 UNAUTHORIZED
post -H 'Authorization: Bearer 0123456789abcdef0123456789abcdef'
same 'with a right one: done' '200 SUCCESS' "$status $(body .result)"
same 'under its name, whatever LOG_LEVEL is' '127.0.0.1 ops 2026-01-10 offline SUCCESS ' "$(audit)"
check 'and never the token itself' test -z "$(grep -rl 0123456789abcdef0123456789abcde "$work_dir/run" "$work_dir/cache")"
printf 'next:fedcba9876543210fedcba9876543210\n' >"$work_dir/tokens"
post -H 'Authorization: Bearer 0123456789abcdef0123456789abcdef'
is_problem 'a token that was taken away is gone at once' 401 UNAUTHORIZED
post -H 'Authorization: Bearer fedcba9876543210fedcba9876543210' -H 'Origin: https://dash.example.com'
same 'and the new one is good, from an origin that is named too' '200 next' "$status $(audit | cut -d' ' -f2)"
report '?date=2026-01-10' -H 'Origin: https://dash.example.com'
same 'a hit tells the browser so' 'https://dash.example.com Accept-Encoding, Accept, Origin' "$(header Access-Control-Allow-Origin) $(header Vary)"
report '/recompute' -X OPTIONS -H 'Origin: https://dash.example.com' -H 'Access-Control-Request-Method: POST'
same 'preflight' '204 POST' "$status $(header Access-Control-Allow-Methods)"
report '/recompute' -X OPTIONS -H 'Origin: https://evil.example'
is_problem 'preflight of a stranger' 405 METHOD_NOT_ALLOWED

finish
