#!/usr/bin/env bash
# What no honest client sends: requests that two servers could read in two ways, headers that look like the web server's own, addresses
# that are internal, tokens and token files of every kind. Each is refused in order, or has no effect; nothing is made that was not asked for.
# shellcheck disable=SC2317  # what is called by its name only looks unreachable
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

readonly TOKEN=0123456789abcdef0123456789abcdef
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
printf 'ops:%s\n' "$TOKEN" >"$work_dir/tokens"
start_service DB_PATH="$work_dir/crm.db" RECOMPUTE_TOKEN_FILE="$work_dir/tokens"
port=${BASE##*:}
report '?date=2026-01-10'
control=$(sha256sum <"$body_file")

# send LINES: as they are, each ended by CR LF; the answers, until the server has nothing more to say, are in $work_dir/raw.
# What they were is in $answers: statuses, and codes of problems.
send() {
    local connection
    exec {connection}<>"/dev/tcp/127.0.0.1/$port"
    # In one write: a server that has read enough may close before a second one, which would be the end of this script.
    printf '%b' "${1//$'\n'/\\r\\n}\\r\\n" >"$work_dir/sent"
    cat "$work_dir/sent" 1>&"$connection" 2>/dev/null
    timeout 2 cat <&"$connection" >"$work_dir/raw"
    exec {connection}>&-
    answers=$(tr '\r' '\n' <"$work_dir/raw" | grep -aoE '^HTTP/1\.1 [0-9]+|"code":"[A-Z_]+"' | sed -E 's/HTTP.* //; s/.*:"(.*)"/\1/' | xargs)
}
# told NAME WANT LINES
told() {
    send "$3"
    same "$1" "$2" "$answers"
}
readonly HEAD=$'Host: 127.0.0.1\nConnection: close'
get_line() { printf 'GET %s%s HTTP/1.1\n' "$API" "$1"; }
post_line() { printf 'POST %s/recompute?date=2026-01-11 HTTP/1.1\n' "$API"; }

## Requests that could be read in two ways

told 'two lengths' '400 BAD_REQUEST' "$(post_line)
$HEAD
Content-Length: 0
Content-Length: 5

hello"
told 'a length and chunks' '400 BAD_REQUEST' "$(post_line)
$HEAD
Content-Length: 6
Transfer-Encoding: chunked

0

$(get_line '?date=2026-03-03')
$HEAD
"
told 'a space before the colon' '400 BAD_REQUEST' "$(post_line)
$HEAD
Transfer-Encoding : chunked

0
"
told 'chunks of another kind' '501 NOT_IMPLEMENTED' "$(post_line)
$HEAD
Transfer-Encoding: xchunked

0
"
told 'a length below zero' '400 BAD_REQUEST' "$(post_line)
$HEAD
Content-Length: -1
"
told 'two hosts' '400 BAD_REQUEST' "$(get_line '')
$HEAD
Host: other
"
told 'no host' '400 BAD_REQUEST' "$(get_line '')
Connection: close
"
told 'a folded line' '400 BAD_REQUEST' "$(get_line '')
$HEAD
X: a
 b
"
told 'a carriage return alone' '400 BAD_REQUEST' "$(get_line '')
$HEAD
X: a\\rSet-Cookie: b
"
told 'a NUL in a header' '400 BAD_REQUEST' "$(get_line '')
$HEAD
X: a\\0b
"
told 'a NUL in the path' '400 BAD_REQUEST' "$(get_line %00/recompute)
$HEAD
"
told 'TRACE' '405 METHOD_NOT_ALLOWED' "TRACE $API HTTP/1.1
$HEAD
"
told 'CONNECT' '400 BAD_REQUEST' "CONNECT 127.0.0.1:22 HTTP/1.1
$HEAD
"
told 'HTTP/2 without TLS' '400 BAD_REQUEST' $'PRI * HTTP/2.0\n\nSM\n'
told 'HTTP/1.0, without a host' 200 "GET $API?date=2026-01-10 HTTP/1.0
"
told 'the body of a GET is no request' '200 200' "$(get_line '?date=2026-01-10')
Host: 127.0.0.1
Content-Length: 3

abcGET /healthz HTTP/1.1
$HEAD
"
told 'a method in a header' '405 METHOD_NOT_ALLOWED' "$(get_line /recompute)
$HEAD
X-HTTP-Method-Override: POST
"
told 'a whole URL of another host' 200 "GET http://evil.example$API?date=2026-01-10 HTTP/1.1
$HEAD
"
told 'which is not its own page by that' '403 FOREIGN_ORIGIN' "POST http://evil.example$API/recompute HTTP/1.1
$HEAD
Origin: http://evil.example
"

## Headers and addresses that only the web server has a right to

report '?date=2026-01-10' -H 'X-Accel-Redirect: /_compute/recompute?date=2026-01-11&mode=offline' -H 'X-Accel-Limit-Rate: 1' \
    -H 'HAND_OVER: /etc/' -H 'HAND-OVER: /etc/' -H 'COMPUTE: /etc/' -H 'PASSED-ON-AT: 1' -H 'REQUEST-ID: forged' -H 'X-Request-Id: forged' \
    -H 'Proxy: http://evil.example' -H 'X-Forwarded-For: 10.0.0.1' -H 'Remote-Addr: 10.0.0.1' -H 'HTTPS: on' -H 'Document-Uri: /metrics'
same 'headers that look like our own' "200 hit $control" "$status $(header X-Report-Source) $(sha256sum <"$body_file")"
check 'and the request has an id of ours' test "$(header X-Request-Id)" != forged
report '/recompute?date=2026-01-11' -X POST -H 'RECOMPUTE-ALLOWED: 1' -H 'RECOMPUTE_ALLOWED: 1' -H 'Remote-User: ops'
is_problem 'nor do they allow anything' 401 UNAUTHORIZED
for path in '/_compute?date=2026-01-11&mode=offline' '/%5fcompute?date=2026-01-11' /_compute/recompute?date=2026-01-11 /_unversioned?date=2026-01-10 \
    "/_reports/$(basename "$(find "$work_dir/cache/.versions" -name 'offline-2026-01-10-*.json')")" /_reports/../status.json /_reports/..%2fstatus.json \
    /_problem/500 /_reports; do
    get "$path"
    is_problem "$path is nothing from outside" 404 NOT_FOUND
done
report '?date=2026-01-10' -H 'Range: bytes=0-,0-,0-,0-,0-,0-,0-,0-'
same 'many ranges are one report' "200 $control" "$status $(sha256sum <"$body_file")"
report '?date=2026-01-10' -H "If-None-Match: $(head -c 8000 /dev/zero | tr '\0' '"')"
same 'a validator of 8,000 quotes' 200 "$status"
report '?date=2026-01-10%00'
is_problem 'a NUL in a parameter' 400 INVALID_DATE

## Tokens

# refused NAME STATUS CODE [CURL OPTIONS]
refused() {
    report '/recompute?date=2026-01-11' -X POST -m 10 "${@:4}"
    is_problem "$1" "$2" "$3"
}
bearer=(-H "Authorization: Bearer $TOKEN")
long=$(head -c 7000 /dev/zero | tr '\0' x)
refused 'a token of 7,000 bytes' 401 UNAUTHORIZED -H "Authorization: Bearer $long"
refused 'a right one with more behind it' 401 UNAUTHORIZED -H "Authorization: Bearer $TOKEN$TOKEN"
refused 'the beginning of a right one' 401 UNAUTHORIZED -H "Authorization: Bearer ${TOKEN:0:31}"
refused 'its name with it' 401 UNAUTHORIZED -H "Authorization: Bearer ops:$TOKEN"
refused 'an empty one' 401 UNAUTHORIZED -H 'Authorization: Bearer '
refused 'a right one, of another scheme' 401 UNAUTHORIZED -H "Authorization: Basic $TOKEN"
refused 'two, of which one is right' 400 BAD_REQUEST -H 'Authorization: Bearer x' "${bearer[@]}"
refused 'one in the address' 401 UNAUTHORIZED --url-query "access_token=$TOKEN"

with_file() { # NAME STATUS CODE COMMAND...: that makes another token file
    rm -rf -- "$work_dir/tokens"
    "${@:4}"
    refused "a token file that is $1" "$2" "$3" "${bearer[@]}"
}
large() { head -c 100000000 /dev/zero | tr '\0' a >"$1"; }
with_file absent 503 TOKENS_UNREADABLE true
with_file 'a folder' 503 TOKENS_UNREADABLE mkdir "$work_dir/tokens"
with_file 'a symlink loop' 503 TOKENS_UNREADABLE ln -s "$work_dir/tokens" "$work_dir/tokens"
with_file endless 503 TOKENS_UNREADABLE ln -s /dev/zero "$work_dir/tokens"
with_file 'of 100 MB' 503 TOKENS_UNREADABLE large "$work_dir/tokens"
with_file 'a FIFO that nobody writes into' 401 UNAUTHORIZED mkfifo "$work_dir/tokens"
with_file empty 401 UNAUTHORIZED touch "$work_dir/tokens"
rm -f "$work_dir/tokens"

# Replaced all the time by renames: a token that is in each of them is always good.
printf 'ops:%s\n' "$TOKEN" >"$work_dir/tokens"
(while [[ ! -e $work_dir/enough ]]; do printf 'ops:%s\n' "$TOKEN" >"$work_dir/next" && mv "$work_dir/next" "$work_dir/tokens"; done) &
replacing=$!
for _ in {1..20}; do report '/recompute?date=2026-01-12' -X POST "${bearer[@]}" && echo "$status"; done >"$work_dir/answers"
touch "$work_dir/enough"
wait "$replacing"
same 'one that is replaced while it is read' '20 200' "$(sort "$work_dir/answers" | uniq -c | xargs)"

same 'nothing was made that was not asked for' '2026-01-10.json 2026-01-12.json' "$(cd "$work_dir/cache" && echo 2*.json)"
report '?date=2026-01-10'
same 'and the report is what it was' "200 hit $control" "$status $(header X-Report-Source) $(sha256sum <"$body_file")"
same 'no worker had to be restarted' 6 "$(worker_log | grep -c '"worker_started"')"
same 'no token is in a log, but that of the address' 1 "$(worker_log | grep -c "$TOKEN")"

finish
