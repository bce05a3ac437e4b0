#!/usr/bin/env bash
# The production site, by HTTPS, before pools that are held as the units hold them: the smoke test, and an upgrade under load, from
# which no request is lost.
#   UPGRADE_REQUESTS=50000   how many at least
# shellcheck disable=SC2317  # what is called by traps only looks unreachable
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

readonly UPGRADE_REQUESTS=${UPGRADE_REQUESTS:-50000} ROUND_S=4 ROUNDS_MAX=40 CONNECTIONS=16
readonly SERVE_WORKERS=4 COMPUTE_WORKERS=2
run=$work_dir/run
nginx_pid=''
pool_pids=()
export CACHE_DIR=$work_dir/cache DB_PATH=$work_dir/crm.db

stop_production() {
    [[ -z $nginx_pid ]] || { kill -QUIT "$nginx_pid" && wait "$nginx_pid"; } 2>/dev/null
    ((${#pool_pids[@]} == 0)) || { kill -TERM "${pool_pids[@]}" && wait "${pool_pids[@]}"; } 2>/dev/null
    clean_up
}
trap stop_production EXIT

# What systemd is to a pool: it holds the socket and hands it to the workers as their standard input. SIGHUP is `systemctl restart`:
# every worker ends after the request in hand, then as many are started, of the program that is there now. SIGTERM ends all.
# shellcheck disable=SC2016  # the $ are for the inner shell
readonly HOLD='
    program=$1 count=$2 workers=()
    exec {socket}<&0
    start() { for ((i = 0; i < count; i++)); do "$program" <&$socket {socket}<&- & workers+=($!); done; }
    stop() { kill -TERM "${workers[@]}"; while kill -0 "${workers[@]}"; do wait "${workers[@]}"; done; workers=(); } 2>/dev/null
    trap "stop; start" HUP
    trap "stop; exit" TERM
    start
    while :; do wait; done'

start_pool() { # SOCKET COUNT
    spawn-fcgi -n -s "$run/$1" -M 0660 -b 1024 -- "$(type -P bash)" -c "$HOLD" pool "$work_dir/bin/riskreport.fcgi" "$2" \
        </dev/null >>"$run/worker.log" 2>&1 &
    pool_pids+=($!)
}

# The site as it is, but for what is another on this machine: its CHANGEs, folders and ports.
write_site() { # PORT TLS_PORT
    sed -e "s|/run/riskreport/|$run/|; s|/etc/ssl/riskreport/|$run/|; s|/var/log/nginx/|$run/|; s|/var/lib/riskreport/cache/|$CACHE_DIR/|" \
        -e "s|/usr/share/riskreport/html|$PROJECT_DIR/nginx/html|; s|snippets/riskreport-locations.conf|$PROJECT_DIR/nginx/locations.conf|" \
        -e "s|listen 80;|listen 127.0.0.1:$1;|; s|listen 443 |listen 127.0.0.1:$2 |; /listen \[::\]/d; s|report\.example\.com|localhost|" \
        "$PROJECT_DIR/nginx/site.conf" >"$run/site.conf"
    {
        ((EUID != 0)) || echo 'user root;'
        printf 'worker_processes 2;\nworker_rlimit_nofile 8192;\ndaemon off;\npid nginx.pid;\nevents { worker_connections 4096; }\nhttp {\n'
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path tmp_$kind;"; done
        printf 'include %s;\n}\n' "$run/site.conf"
    } >"$run/nginx.conf"
}

start_site() {
    local try port
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        write_site "$port" $((port + 1))
        nginx -p "$run/" -c "$run/nginx.conf" -e "$run/error.log" >>"$run/error.log" 2>&1 &
        nginx_pid=$!
        BASE=https://localhost:$((port + 1))
        plain_base=http://localhost:$port
        for _ in {1..100}; do
            kill -0 "$nginx_pid" 2>/dev/null || break
            get /healthz
            [[ $status != 200 ]] || return 0
            sleep 0.05
        done
    done
    fail "the production site starts (try $try)" "$(tail -n 5 "$run/error.log" "$run/worker.log")"
    finish
}

# The worker's program, into the place of the one before as dpkg puts it: by a rename. What is behind its end makes it another file.
put_worker() {
    mkdir -p "$work_dir/bin"
    { cat "$PROJECT_DIR/$BUILD/bin/riskreport.fcgi" && printf '\n%s\n' "$1"; } >"$work_dir/bin/new"
    chmod +x "$work_dir/bin/new"
    mv "$work_dir/bin/new" "$work_dir/bin/riskreport.fcgi"
}
run_job() { "$CLI" run 2>&1 | awk '{print $1, $3}' | head -n 2 | xargs; }
version_of_report() { report '' && echo "$(header X-Report-Source) $(body .meta.generator_version)"; }
# What the workers run: a program that was replaced is another one.
worker_programs() { pgrep -P "$(IFS=, && echo "${pool_pids[*]}")" | xargs -I{} tail -n 1 /proc/{}/exe | sort | uniq -c | xargs; }

mkdir -p "$run" "$CACHE_DIR"
settled_copy "$FIXTURES/crm_small.db" "$DB_PATH"
put_worker 'the program before'
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$run/privkey.pem" -out "$run/fullchain.pem" 2>/dev/null
export CURL_CA_BUNDLE=$run/fullchain.pem
start_pool riskreport.sock "$SERVE_WORKERS"
start_pool compute.sock "$COMPUTE_WORKERS"
start_site

## By HTTPS

get /
same 'the dashboard is there' '200 text/html' "$status $(header Content-Type | cut -d ';' -f 1)"
same 'plain HTTP leads to it' "308 https://localhost$API" "$(BASE=$plain_base report '' && echo "$status $(header Location)")"
check 'no TLS before 1.2' test -z "$(curl -s --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 "$BASE/healthz")"
for version in 1.2 1.3; do check "TLS $version" curl -sf "--tlsv$version" --tls-max "$version" "$BASE/healthz"; done
check 'no cipher without forward secrecy' test -z "$(curl -s --tls-max 1.2 --ciphers AES128-GCM-SHA256:AES256-SHA "$BASE/healthz")"
same 'HTTP/2' '2 200' "$(curl -s --http2 -o /dev/null -w '%{http_version} %{http_code}' "$BASE/healthz")"
report '/recompute?date=2026-01-10' -X POST
is_problem 'nobody may recompute unless it was set up' 403 FORBIDDEN
for version in 1.1 2; do
    report '/recompute?date=2026-01-10' -X POST -H "Origin: $BASE" "--http$version"
    is_problem "nor its own page, by HTTP/$version" 403 FORBIDDEN
done
report '/recompute?date=2026-01-10' -X POST -H "Origin: http://${BASE#https://}"
is_problem 'least of all a page that came by HTTP' 403 FOREIGN_ORIGIN
"$PROJECT_DIR/tests/smoke/run.sh" "$BASE" >"$work_dir/table" 2>&1
same 'the smoke test passes' 0 $?
sed 's/^/# /' "$work_dir/table"
same 'its table has a line an area, and their sum' "$(awk '$1 == "all" {exit} NR > 2 && $2 ~ /^[0-9]+$/ {good += $2; bad += $3; n++} END {print n, good, bad}' "$work_dir/table")" \
    "4 $(awk '$1 == "all" {print $2, $3}' "$work_dir/table")"
"$PROJECT_DIR/tests/smoke/run.sh" "$plain_base/nothing-here" >"$work_dir/table" 2>&1
same 'of a wrong address it fails' 1 $?
check 'and tells each failed check, with what was wanted' grep -qA 1 '^    FAILED no date, no mode: 200' "$work_dir/table"

## An upgrade under load

run_job >/dev/null
same 'all workers run the program before' "$((SERVE_WORKERS + COMPUTE_WORKERS)) the program before" "$(worker_programs)"

# Hits, the status, and now and then a report that is absent, so that both pools are at work. The dates of each round are new.
cat >"$work_dir/load.lua" <<'LUA'
local round, sent = tonumber(os.getenv("ROUND")), 0
local api = "/api/report/counterparty-risk"
function request()
    sent = sent + 1
    if sent % 400 == 0 then
        local n = sent / 400
        return wrk.format("GET", string.format("%s?date=%04d-%02d-%02d", api, 2100 + round, n / 28 % 12 + 1, n % 28 + 1))
    end
    return wrk.format("GET", sent % 10 == 0 and api .. "/status" or api, {["Accept-Encoding"] = "gzip"})
end
LUA
: >"$run/riskreport-access.log"
requests=0
restarts=0
for ((round = 1; round <= ROUNDS_MAX && requests < UPGRADE_REQUESTS; round++)); do
    ROUND=$round wrk -t 1 -c "$CONNECTIONS" -d "${ROUND_S}s" --timeout 30s -s "$work_dir/load.lua" "$BASE" >"$work_dir/wrk.$round" 2>&1 &
    load=$!
    sleep 0.5
    put_worker "the program of round $round"
    while kill -0 "$load" 2>/dev/null; do
        kill -HUP "${pool_pids[@]}"
        restarts=$((restarts + 1))
        sleep 0.7
    done
    wait "$load"
    requests=$((requests + $(awk '/ requests in / {print $1}' "$work_dir/wrk.$round")))
done
sleep 1.2 # a line reaches the access log within a second
echo "# $requests requests, $restarts restarts of both pools: $(jq -r '"\(.status) \(.source)"' "$run/riskreport-access.log" | sort | uniq -c | sort -rn | awk '{printf "%s%s x %s %s", (NR > 1 ? ", " : ""), $1, $2, $3}')"
check "$UPGRADE_REQUESTS requests at least, under restarts" test "$requests" -ge "$UPGRADE_REQUESTS"
same 'an upgrade under load: none failed at the client' '' "$(grep -hE 'Socket errors|Non-2xx' "$work_dir"/wrk.*)"
# 499: who loads the site goes away at the end of each round, and leaves what each connection waits for.
same 'nor at the site' 200 "$(jq 'select(.status != 499).status' "$run/riskreport-access.log" | sort -u | xargs)"
below 'but for those that nobody waited for any more' $(((round - 1) * CONNECTIONS)) "$(grep -c '"status":499,' "$run/riskreport-access.log")"
same 'each report was found or made, none was an old one' 'generated hit' \
    "$(jq -r 'select(.source != "") | .source' "$run/riskreport-access.log" | sort -u | xargs)"
same 'every worker runs the last one' "$((SERVE_WORKERS + COMPUTE_WORKERS)) the program of round $((round - 1))" "$(worker_programs)"

## A report of an older program

version=$("$CLI" --version)
same 'the job makes nothing twice' 'offline SKIPPED_CACHE online SKIPPED_CACHE' "$(run_job)"
sed -i "1s/\"generator_version\":\"$version\"/\"generator_version\":\"riskreport-0.9\"/" "$CACHE_DIR/$(TZ=Asia/Seoul date +%F).json"
same "an older program's report is served" 'hit riskreport-0.9' "$(version_of_report)"
same 'the next job makes it anew, and the other not' 'offline SUCCESS online SKIPPED_CACHE' "$(run_job | xargs -n 2 | sort | xargs)"
same 'which readers get' "hit $version" "$(version_of_report)"
same 'and the job after that has nothing to do' 'offline SKIPPED_CACHE online SKIPPED_CACHE' "$(run_job)"

finish
