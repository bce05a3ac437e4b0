#!/usr/bin/env bash
# What /dates, /history and /diff cost with many days of a large company in the cache: a CRM that changes from day to day, a report a
# day by riskreport run, and then requests one after the other through nginx and a worker. Prints a line a request.
#   SERIES_DAYS   60   days, today the last
#   SERIES_DEALS  60000   of the demo CRM; 60,000 are some 2,900 offline counterparties at the end
#   SERIES_ASKED  101  how often each is asked; the median and the largest count
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

DAYS=${SERIES_DAYS:-60}
DEALS=${SERIES_DEALS:-60000}
ASKED=${SERIES_ASKED:-101}
export DB_PATH=$work_dir/crm.db CACHE_DIR=$work_dir/cache CACHE_RETENTION_DAYS=400

day() { TZ=Asia/Seoul date -d "$1 days ago" +%F; }

# a_day_passes NUMBER: deals are won and lost, teams are renamed; which, the number decides.
a_day_passes() {
    sqlite3 "$DB_PATH" "
        update deal set 상태 = 'Lost' where 상태 = 'Won' and rowid % 97 = $1;
        update deal set 상태 = 'Won', 금액 = '90000000' where 상태 in ('Open', 'SQL') and rowid % 89 = $1;
        update people set \"소속 상위 조직\" = '새 팀 $1' where rowid % 300 = $1;"
    touch -d "$((1 + $1)) hours ago" "$DB_PATH"
}

# ask NAME PATH_AND_QUERY [CURL OPTIONS]
ask() {
    local name=$1 url=$BASE$API$2 times
    shift 2
    : >"$work_dir/answer"   # a 304 leaves it
    times=$(for ((i = 0; i < ASKED; i++)); do
        curl -sS -o "$work_dir/answer" -w '%{http_code} %{time_total}\n' "$@" "$url"
    done | sort -k 2 -n)
    if grep -v '^200 \|^304 ' <<<"$times" >&2; then
        echo "bench: $name: answers that are none, see above" >&2
        exit 1
    fi
    printf '%-34s %6.1f ms median, %6.1f ms largest, %8d bytes\n' "$name" \
        "$(awk -v n=$((ASKED / 2 + 1)) 'NR == n {print $2 * 1000}' <<<"$times")" "$(awk 'END {print $2 * 1000}' <<<"$times")" \
        "$(stat -c %s "$work_dir/answer")"
}

"$CLI" demo --output "$DB_PATH" --deals "$DEALS" --people $((DEALS * 3 / 20)) --organizations $((DEALS / 40)) >/dev/null || exit 1
for ((ago = DAYS - 1; ago >= 0; ago--)); do
    a_day_passes "$ago"
    "$CLI" run --date "$(day "$ago")" >/dev/null || exit 1
done
start_service DB_PATH="$DB_PATH"
report "/dates?mode=offline"
printf '%d days of %d counterparties (the newest)\n' "$(body '.reports | length')" "$(body '.reports[0].counterparties')"
first=$(day $((DAYS - 1))) last=$(day 0)
ask '/dates' '/dates?mode=offline'
ask '/history' '/history?mode=offline'
ask '/history, compressed' '/history?mode=offline' -H 'Accept-Encoding: gzip'
ask '/diff of neighbours' "/diff?mode=offline&from=$(day 1)&to=$last"
ask '/diff of the first and the last' "/diff?mode=offline&from=$first&to=$last"
report "/diff?mode=offline&from=$first&to=$last"
ask '/diff of these, 304' "/diff?mode=offline&from=$first&to=$last" -H "If-None-Match: $(header ETag)"
ask '/status, to compare with' '/status?mode=offline'
