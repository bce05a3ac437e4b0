#!/usr/bin/env bash
# The dashboard in a real Chromium, through real nginx and workers: page.mjs does the looking, this makes what it looks at.
# Screenshots go to build/browser/. Needs chromium and node (install-packages.sh test), and the
# packages of modules.sh.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
here=$PROJECT_DIR/tests/browser

if ! modules=$("$here/modules.sh" 2>"$work_dir/npm.log"); then
    fail "npm ci: the packages of tests/browser/package.json cannot be had from $(npm config get registry 2>/dev/null)" \
        "they are needed once: set npm's registry or proxy" "$(cat "$work_dir/npm.log")"
    finish
fi

## A CRM of today's year, with names that want to be markup, formulas, or too much for a line

year=$(TZ=Asia/Seoul date +%Y)
day() { TZ=Asia/Seoul date -d "$1 days ago" +%F; }
crm=$work_dir/crm.db

hostile_names() {
    printf '%s\n' '<script>window.hacked=1</script><img src=x onerror="window.hacked=1">' $'\u202eesrever شركة التأمين العربية' \
        '🚀팀 👩‍👩‍👧‍👦 🇰🇷' '=HYPERLINK("http://example.com","x"),+1' '@SUM(1+1)*cmd|x'
    printf '긴이름%.0s' {1..166}
    printf '끝\n'
}

# An organisation of tier S0 whose counterparties have those names; each has been a customer, and has one deal this year.
add_hostile() {
    local name number=0
    printf "insert into organization values ('org-hostile', '<b onmouseover=\"window.hacked=1\">굵은</b> 조직');\n"
    while IFS= read -r name; do
        name=${name//\'/\'\'}
        number=$((number + 1))
        printf "insert into people values ('h%d', 'x', 'org-hostile', '%s');\n" "$number" "$name"
        printf "insert into deal (id, peopleId, organizationId, 이름, 상태, 과정포맷, 금액, \"계약 체결일\", 수강시작일, 수강종료일, \"코스 ID\", \"성사 가능성\") values\n"
        printf " ('h%da', 'h%d', 'org-hostile', 'x', 'Won', '집합교육', '3억', '%d-03-01', '%d-04-01', '%d-05-01', 'c', '[\"확정\"]'),\n" \
            "$number" "$number" $((year - 1)) $((year - 1)) $((year - 1))
        printf " ('h%db', 'h%d', 'org-hostile', '%s', 'Open', '집합교육', '%d만', null, '%d-04-01', null, '', '[\"높음\"]');\n" \
            "$number" "$number" "$name" $((number * 100)) "$year"
    done < <(hostile_names)
}

# One that loses its only deal on the last day, and one that wins one: each far beyond any month's minimum.
add_movers() {
    cat <<SQL
insert into people values ('lost', 'x', 'org-hostile', '나빠지는 팀'), ('won', 'x', 'org-hostile', '나아지는 팀');
insert into deal (id, peopleId, organizationId, 이름, 상태, 과정포맷, 금액, "계약 체결일", 수강시작일, 수강종료일, "코스 ID") values
 ('lost-a', 'lost', 'org-hostile', 'x', 'Won', '집합교육', '1억', '$((year - 1))-03-01', '$((year - 1))-04-01', '$((year - 1))-05-01', 'c'),
 ('lost-b', 'lost', 'org-hostile', 'x', 'Won', '집합교육', '9억', '$year-03-01', '$year-04-01', '$year-05-01', 'c'),
 ('won-a', 'won', 'org-hostile', 'x', 'Won', '집합교육', '1억', '$((year - 1))-03-01', '$((year - 1))-04-01', '$((year - 1))-05-01', 'c'),
 ('won-b', 'won', 'org-hostile', 'x', 'Open', '집합교육', '9억', '$year-03-01', '$year-04-01', '$year-05-01', '');
SQL
}

# 2,000 online customers of one organisation, which has its tier from an offline deal.
add_many() {
    cat <<SQL
with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
insert into people select 'm' || i, 'x', 'org-many', '거래처 ' || i || '팀' from n;
insert into organization values ('org-many', '아주 큰 조직');
insert into deal (id, peopleId, organizationId, 이름, 상태, 과정포맷, 금액, "계약 체결일", 수강시작일, 수강종료일, "코스 ID")
values ('m0', 'm1', 'org-many', '집합 과정', 'Won', '집합교육', '20억', '$((year - 1))-02-01', '$((year - 1))-03-01', '$((year - 1))-04-01', 'c');
with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
insert into deal (id, peopleId, organizationId, 이름, 상태, 과정포맷, 금액, "계약 체결일", 수강시작일, 수강종료일, "코스 ID")
select 'm' || i, 'm' || i, 'org-many', '작년 과정 ' || i, 'Won', '구독제(온라인)', 1000000 + i * 7919 % 90000000, '$((year - 1))-02-01', '$((year - 1))-03-01', '$((year - 1))-04-01', 'c' from n
union all
select 'n' || i, 'm' || i, 'org-many', '올해 과정 ' || i, 'Won', '구독제(온라인)', i * 104729 % 150000000, '$year-02-01', '$year-03-01', '$year-04-01', 'c' from n where i % 3 > 0;
SQL
}

# a_day_passes NUMBER: deals are won and lost, a team is renamed; which, the number decides.
a_day_passes() {
    sqlite3 "$crm" "
        update deal set 상태 = 'Lost' where 상태 = 'Won' and 수강시작일 like '$year%' and rowid % 90 = $1 and organizationId <> 'org-hostile';
        update deal set 상태 = 'Won', 금액 = '90000000' where 상태 in ('Open', 'SQL') and rowid % 70 = $1 and organizationId <> 'org-hostile';
        update people set \"소속 상위 조직\" = '새로 생긴 팀 $1' where rowid % 100 = $1 and organizationId <> 'org-hostile';"
    touch -d "$((1 + $1)) hours ago" "$crm"
}

# A report of all but some of the last days, each of the CRM as it was then; and a long one, of another mode.
make_cache() {
    local days_ago
    export DB_PATH=$crm CACHE_DIR=$work_dir/cache
    "$CLI" demo --output "$crm" --deals 1500 >/dev/null
    { add_hostile; add_movers; } | sqlite3 "$crm"
    cp "$crm" "$work_dir/big.db"
    add_many | sqlite3 "$work_dir/big.db"
    touch -d '1 hour ago' "$work_dir/big.db"
    for days_ago in 12 11 10 9 8 5 4 3 1; do
        a_day_passes "$days_ago"
        "$CLI" run --date "$(day "$days_ago")" >/dev/null
    done
    "$CLI" generate --db "$work_dir/big.db" --mode online --date "$(day 40)" --output "$CACHE_DIR/counterparty-risk/online/$(day 40).json"
    sqlite3 "$crm" "update deal set 상태 = 'Lost' where id = 'lost-b'; update deal set 상태 = 'Won' where id = 'won-b'"
    a_day_passes 0
}

make_cache
start_service DB_PATH="$crm" RETRY_AFTER_FAIL_SEC=0
mkdir -p "$PROJECT_DIR/build/browser"
BASE=$BASE MODULES=$modules WORK=$work_dir CRM=$crm CLI=$CLI SHOTS=$PROJECT_DIR/build/browser \
    DAY_1=$(day 1) DAY_3=$(day 3) DAY_4=$(day 4) DAY_12=$(day 12) DAY_40=$(day 40) TODAY=$(day 0) \
    node "$here/page.mjs" || failed=1
finish
