#!/usr/bin/env bash
# In the booted root of boot.sh: the package's life, as an operator sees it.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
readonly SITE=https://report.example.com
export DEBIAN_FRONTEND=noninteractive HOME=/root
cd /

install_package() { apt-get -qq -y --no-install-recommends install "$@" >>/trial/apt.log 2>&1; }
# commands HEADING TEXT: of docs/operations.md, the first block of commands behind TEXT below HEADING.
commands() { awk -v heading="$1" -v text="$2" '/^#/ {on = ($0 ~ "^#+ " heading "$")} on && index($0, text) {found = 1}
    found && /^    / {block = 1; print substr($0, 5)} found && block && /^[^ ]/ {exit}' /trial/operations.md; }
# as_told NAME HEADING TEXT: they do what they are for.
as_told() { check "$1" bash -ec "$(commands "$2" "$3" | sed 's/^$/:/')"; }
active() { systemctl is-active "$@" | tr '\n' ' '; }
workers() { systemctl list-units --no-legend --state=running "riskreport-$1@*" | wc -l; }
# workers_become NAME POOL COUNT
workers_become() {
    for _ in {1..100}; do [[ $(workers "$2") != "$3" ]] || break; sleep 0.1; done
    same "$1" "$3" "$(workers "$2")"
}
result_of() { systemctl show --value -p Result "$1"; }
alarms() { journalctl -q -t riskreport-alert -p alert -o cat | grep -c failed; }
publish() { runuser -u crm -- publish-crm /trial/crm.db && touch -d '1 hour ago' /srv/crm/salesmap_latest.db; }
# ask PATH [CURL OPTIONS]
ask() { BASE=$SITE report "$@"; }

## Installed
install_package /trial/riskreport.deb nginx wrk sqlite3 spawn-fcgi multiwatch logrotate || { fail 'the package installs' "$(tail -n 20 /trial/apt.log)"; echo '# done'; finish; }
pass 'the package installs, with all that it depends on'
same 'the target, the sockets and the timer are up' 'active active active active ' \
    "$(active riskreport.target riskreport-serve.socket riskreport-compute.socket riskreport-daily.timer)"
same 'and will be after a boot' 'enabled enabled enabled enabled' \
    "$(systemctl is-enabled riskreport.target riskreport-serve.socket riskreport-compute.socket riskreport-daily.timer | xargs)"
workers_become 'four workers answer' serve 4
workers_become 'two make reports' compute 2
same "the sockets are nginx's alone" '660 riskreport www-data 660 riskreport www-data' \
    "$(stat -c '%a %U %G' /run/riskreport/{riskreport,compute}.sock | xargs)"
same "the cache is the service's, and nginx's to read" '2750 riskreport www-data' "$(stat -c '%a %U %G' /var/lib/riskreport/cache)"
same 'the job runs at eight in Seoul' '08:00' \
    "$(TZ=Asia/Seoul date -d "$(systemctl show --value -p NextElapseUSecRealtime riskreport-daily.timer)" +%H:%M)"
for unit in serve@1 compute@1 daily alert@x; do
    check "$unit: exposed to 1.0 at most" systemd-analyze security --threshold=10 "riskreport-$unit.service"
done

## The job
same 'no database: the job fails' 1 "$(systemctl start riskreport-daily.service 2>/dev/null; echo $?)"
for _ in {1..50}; do (($(alarms) == 0)) || break; sleep 0.1; done
same 'and somebody is told' 1 "$(alarms)"
check 'the folder of snapshots, as docs/operations.md makes it' bash -ec "$(commands Install 'make deb' | grep -vE '^(make|apt-get) ')"
commands 'Publish a CRM snapshot' publish-crm >/usr/local/bin/publish-crm
chmod +x /usr/local/bin/publish-crm
riskreport demo --output /trial/crm.db >/dev/null
publish
check 'with one, it runs' systemctl start riskreport-daily.service
same 'both modes are made' 'SUCCESS SUCCESS' "$(riskreportctl status | jq -r '[.[].last_run?.result? // empty] | join(" ")')"
check 'riskreportctl verify finds them valid' riskreportctl verify
same "made by the job's own trigger" job "$(riskreportctl status --mode online | jq -r .last_run.trigger)"
flock /var/lib/riskreport/cache/.counterparty_risk.lock sleep 1000 &
holder=$!
systemctl start --no-block riskreport-daily.service
for _ in {1..100}; do [[ $(systemctl show --value -p SubState riskreport-daily.service) != auto-restart ]] || break; sleep 0.1; done
same 'while another generation holds the lock it waits to try again' 'auto-restart 75' \
    "$(systemctl show --value -p SubState -p ExecMainStatus riskreport-daily.service | sort -r | xargs)"
same 'and nobody is told' 1 "$(alarms)"
systemctl stop riskreport-daily.service 2>/dev/null # its timer stays, which systemctl remarks
pkill -P "$holder"
wait "$holder"
sed -i 's/^#SNAPSHOT=.*/SNAPSHOT=copy/' /etc/riskreport/riskreport.conf
check 'a copied snapshot' systemctl start riskreport-daily.service
rm -f /var/lib/riskreport/cache/*-*.json
check 'a copied snapshot, read' systemctl start riskreport-daily.service
sed -i 's/^SNAPSHOT=.*/#SNAPSHOT=read/' /etc/riskreport/riskreport.conf

## The site
mkdir -p /etc/ssl/riskreport
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=report.example.com -addext subjectAltName=DNS:report.example.com \
    -keyout /etc/ssl/riskreport/privkey.pem -out /etc/ssl/riskreport/fullchain.pem 2>/dev/null
echo '127.0.0.1 report.example.com' >>/etc/hosts
export CURL_CA_BUNDLE=/etc/ssl/riskreport/fullchain.pem
ln -s ../sites-available/riskreport /etc/nginx/sites-enabled/riskreport
check 'nginx accepts the site' nginx -t
systemctl restart nginx
ask ''
same 'a reader gets the report of today' '200 hit' "$status $(header X-Report-Source)"
check 'which has rows' test "$(body '.counterparties | length')" -gt 0
ask '?date=2026-01-10&mode=online'
same 'one that is absent is made' '200 generated 2026-01-10' "$status $(header X-Report-Source) $(body .meta.as_of)"
ask '?date=2026-01-10&mode=online' --compressed
same 'and is a hit, compressed' '200 hit gzip' "$status $(header X-Report-Source) $(header Content-Encoding)"
BASE=$SITE get /
same 'the dashboard is there' '200 text/html' "$status $(header Content-Type | cut -d ';' -f 1)"
BASE=$SITE get /readyz
same 'it is ready' 200 "$status"
/trial/smoke/run.sh "$SITE" >/trial/smoke.log 2>&1
same 'the smoke test passes' 0 $?
sed 's/^/# /' /trial/smoke.log
check 'the doctor finds all well' riskreportctl doctor

## Workers come and go
pkill -KILL -x riskreport.fcgi
workers_become 'killed workers are replaced' serve 4
workers_become 'in the other pool too' compute 2
sed -i 's/^#WORKERS=.*/WORKERS=6/; s/^#COMPUTE_WORKERS=.*/COMPUTE_WORKERS=1/' /etc/riskreport/riskreport.conf
systemctl daemon-reload
systemctl restart riskreport.target
workers_become 'WORKERS=6' serve 6
workers_become 'COMPUTE_WORKERS=1' compute 1

# 50,000 requests, while both pools are restarted time and again, and the next version is installed.
worker_program() { pgrep -x riskreport.fcgi | xargs -I{} tail -n 1 /proc/{}/exe | grep -ac 'the next version'; }
: >/trial/wrk.log
ask ''
: >/var/log/nginx/riskreport-access.log
requests=0 restarts=0
for ((round = 0; round < 40 && requests < 50000; round++)); do
    wrk -t 1 -c 16 -d 5s --timeout 30s "$SITE:443$API?date=2026-01-10&mode=online" >/trial/wrk.round 2>&1 &
    load=$!
    sleep 0.3
    while kill -0 "$load" 2>/dev/null; do
        systemctl restart riskreport.target
        restarts=$((restarts + 1))
        if ((restarts == 3)); then install_package /trial/riskreport-next.deb; else sleep 0.5; fi
    done
    wait "$load"
    cat /trial/wrk.round >>/trial/wrk.log
    requests=$((requests + $(awk '/ requests in / {print $1}' /trial/wrk.round)))
done
echo "# $requests requests, $restarts restarts, an upgrade"
check 'restarts and an upgrade under 50,000 requests' test "$requests" -ge 50000
same 'lose none' '' "$(grep -E 'Socket errors|Non-2xx' /trial/wrk.log)"
sleep 1.2 # a line reaches the access log within a second
same 'nor does the site know of one' '200' "$(jq 'select(.status != 499).status' /var/log/nginx/riskreport-access.log | sort -u | xargs)"
same 'every worker is of the next version' 7 "$(worker_program)"
workers_become 'the settings have outlived the upgrade' serve 6

systemctl stop riskreport.target
for _ in {1..100}; do [[ -n $(pgrep -x riskreport.fcgi; ls /run/riskreport) ]] || break; sleep 0.1; done
same 'stopped: no socket, no worker' '' "$(pgrep -x riskreport.fcgi; ls /run/riskreport)"
ask ''
same 'nginx says so' '503 UPSTREAM_UNAVAILABLE' "$status $(body .code)"
systemctl start riskreport.target
workers_become 'started again' serve 6
ask ''
same 'and it answers' 200 "$status"

## Backed up, restored, moved: by the commands of docs/operations.md

restored_report() { sha256sum /var/lib/riskreport/cache/counterparty-risk/online/2026-01-10.json; }
before=$(restored_report)
as_told 'a back-up' 'Back up, restore, move' 'Nothing has to be backed up'
apt-get -qq -y purge riskreport >>/trial/apt.log 2>&1
check 'all is gone' test ! -e /var/lib/riskreport
install_package /trial/riskreport.deb
as_told 'and is restored' 'Back up, restore, move' '**Restore**'
same 'the reports' "$before" "$(restored_report)"
workers_become 'and the settings' serve 6
ln -sf ../sites-available/riskreport /etc/nginx/sites-enabled/riskreport
systemctl reload nginx
ask '?date=2026-01-10&mode=online'
same 'a reader gets it' '200 hit' "$status $(header X-Report-Source)"
as_told 'the cache is moved' 'Back up, restore, move' '**Move the cache**'
sleep 0.5 # nginx's reload
ask '?date=2026-01-10&mode=online'
same 'a reader gets it from there' '200 hit' "$status $(header X-Report-Source)"
ask '?date=2026-01-11&mode=online'
same 'and one that is made there' '200 generated yes' "$status $(header X-Report-Source) $([[ -s /data/riskreport/counterparty-risk/online/2026-01-11.json ]] && echo yes)"
check 'the job runs there' systemctl start riskreport-daily.service
sed -i 's|^CACHE_DIR=.*|CACHE_DIR=/var/lib/riskreport/cache|' /etc/riskreport/riskreport.conf
sed -i 's|/data/riskreport/|/var/lib/riskreport/cache/|' /etc/nginx/sites-available/riskreport
systemctl daemon-reload && systemctl restart riskreport.target && systemctl reload nginx
sleep 0.5

## Without systemd's units: the examples, as their heads say

systemctl stop riskreport.target riskreport-daily.timer
examples=/usr/share/doc/riskreport/examples
install -m 0755 "$examples/riskreport-pool" /usr/local/sbin/riskreport-pool
sed -n 's/^@reboot root //p' "$examples/cron" >/trial/pools
while read -r line; do setsid -f bash -c "$line"; done </trial/pools
for _ in {1..100}; do [[ $(pgrep -xc riskreport.fcgi) != 6 ]] || break; sleep 0.1; done
same "cron's example starts both pools" 6 "$(pgrep -xc riskreport.fcgi)"
ask ''
same 'a reader gets the report' '200 hit' "$status $(header X-Report-Source)"
ask '?date=2026-01-12'
same 'and one that is absent' '200 generated' "$status $(header X-Report-Source)"
job=$(sed -n 's/^0 8 \* \* \* root //p' "$examples/cron")
check 'the daily job runs' env -i HOME=/root "$(grep '^PATH=' "$examples/cron")" /bin/sh -c "$job"
check 'and has a log' grep -qE '^offline 20.* (SUCCESS|SKIPPED_CACHE)$' /var/log/riskreport/job.log
install -m 0644 "$examples/logrotate" /etc/logrotate.d/riskreport
check 'which logrotate rotates' logrotate -f /etc/logrotate.d/riskreport
check 'and the workers go on with theirs' test -s /var/log/riskreport/worker.log.1.gz -a -e /var/log/riskreport/worker.log
xargs kill <<<"$(cat /run/riskreport/{riskreport,compute}.pid)"
for _ in {1..100}; do [[ -n $(pgrep -x riskreport.fcgi) ]] || break; sleep 0.1; done
same 'SIGTERM ends them' '' "$(pgrep -x riskreport.fcgi)"
rm -rf /usr/local/sbin/riskreport-pool /etc/logrotate.d/riskreport /var/log/riskreport /run/riskreport/*.pid /run/riskreport/*.sock
systemctl start riskreport.target riskreport-daily.timer
workers_become 'and the units take over again' serve 6

## Removed, purged
apt-get -qq -y remove riskreport >>/trial/apt.log 2>&1
same 'removed: nothing of it runs' '' "$(systemctl list-units --no-legend 'riskreport*' | grep -v failed; pgrep -x riskreport.fcgi)"
check 'the reports are there' test -s /var/lib/riskreport/cache/counterparty-risk/online/2026-01-10.json
check 'the settings too' grep -q '^WORKERS=6' /etc/riskreport/riskreport.conf
apt-get -qq -y purge riskreport >>/trial/apt.log 2>&1
same 'purged: no file is left' '' \
    "$(find / -xdev -path /proc -prune -o -path /trial -prune -o -name '*riskreport*' -print 2>/dev/null | grep -vE '^/(etc/ssl/riskreport|etc/systemd/system/riskreport-.service.d|data/|root/|var/log/nginx/|var/cache/apt/|sys/)')"
check 'nginx can live without' nginx -t
echo '# done'
finish
