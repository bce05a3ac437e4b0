#!/usr/bin/env bash
# In the booted root of boot.sh: the package's life, as an operator sees it.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
readonly SITE=https://report.example.com
export DEBIAN_FRONTEND=noninteractive HOME=/root
cd /

install_package() { apt-get -qq -y --no-install-recommends --reinstall install /trial/riskreport.deb "$@" >>/trial/apt.log 2>&1; }
active() { systemctl is-active "$@" | tr '\n' ' '; }
workers() { systemctl list-units --no-legend --state=running "riskreport-$1@*" | wc -l; }
# workers_become NAME POOL COUNT
workers_become() {
    for _ in {1..100}; do [[ $(workers "$2") != "$3" ]] || break; sleep 0.1; done
    same "$1" "$3" "$(workers "$2")"
}
result_of() { systemctl show --value -p Result "$1"; }
alarms() { journalctl -q -t riskreport-alert -p alert -o cat | grep -c failed; }
publish() { install -o root -g riskreport -m 0640 /trial/crm.db /srv/crm/salesmap_latest.db && touch -d '1 hour ago' /srv/crm/salesmap_latest.db; }
# ask PATH [CURL OPTIONS]
ask() { BASE=$SITE report "$@"; }

## Installed
install_package nginx || { fail 'the package installs' "$(tail -n 20 /trial/apt.log)"; echo '# done'; finish; }
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
install -d -g riskreport -m 2750 /srv/crm
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
READ_ONLY=1 /trial/smoke/run.sh "$SITE" >/trial/smoke.log 2>&1
# Over TLS nginx closes the connection on an address of 40,000 bytes, and its answer is mostly lost on the way.
same 'the smoke test' '' "$(grep '^not ok' /trial/smoke.log | grep -v '^not ok - one of 40,000$')"
check 'which had much to say' test "$(grep -c '^ok' /trial/smoke.log)" -gt 30

## Workers come and go
pkill -KILL -x riskreport.fcgi
workers_become 'killed workers are replaced' serve 4
workers_become 'in the other pool too' compute 2
sed -i 's/^#WORKERS=.*/WORKERS=6/; s/^#COMPUTE_WORKERS=.*/COMPUTE_WORKERS=1/' /etc/riskreport/riskreport.conf
systemctl daemon-reload
systemctl restart riskreport.target
workers_become 'WORKERS=6' serve 6
workers_become 'COMPUTE_WORKERS=1' compute 1

# Requests without a pause, four at a time, until the file is gone; a line of status each.
touch /trial/load
for _ in 1 2 3 4; do
    (while [[ -e /trial/load ]]; do
        curl -s -o /dev/null -w '%{http_code}\n' "$SITE$API?date=2026-01-10&mode=online"
    done) &
done >/trial/statuses
for _ in 1 2 3; do systemctl restart riskreport.target; sleep 0.2; done
install_package
sleep 0.5
rm /trial/load
wait
same 'restarts and an upgrade under load lose no request' 200 "$(sort -u /trial/statuses | xargs)"
check 'which were some hundreds' test "$(wc -l </trial/statuses)" -gt 200
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

## Without systemd's units
systemctl stop riskreport.target
sh -n /usr/share/doc/riskreport/examples/riskreport-pool && pass 'the example for spawn-fcgi is a script'

## Removed, purged
apt-get -qq -y remove riskreport >>/trial/apt.log 2>&1
same 'removed: nothing of it runs' '' "$(systemctl list-units --no-legend 'riskreport*' | grep -v failed; pgrep -x riskreport.fcgi)"
check 'the reports are there' test -s /var/lib/riskreport/cache/counterparty-risk/online/2026-01-10.json
check 'the settings too' grep -q '^WORKERS=6' /etc/riskreport/riskreport.conf
apt-get -qq -y purge riskreport >>/trial/apt.log 2>&1
same 'purged: no file is left' '' \
    "$(find / -xdev -path /proc -prune -o -path /trial -prune -o -name '*riskreport*' -print 2>/dev/null | grep -vE '^/(etc/ssl/riskreport|var/log/nginx/|var/cache/apt/|sys/)')"
check 'nginx can live without' nginx -t
echo '# done'
finish
