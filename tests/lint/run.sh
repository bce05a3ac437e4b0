#!/usr/bin/env bash
# What can be said of the code without running it. Prints what is wrong, and `ok - ...` or `not ok - ...` a check.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
failed=0
jobs=$(nproc)
mapfile -t sources < <(git ls-files -co --exclude-standard 'lib/*.c' 'cgi/*.c')
mapfile -t headers < <(git ls-files -co --exclude-standard 'lib/*.h' 'cgi/*.h')
mapfile -t test_sources < <(git ls-files -co --exclude-standard 'tests/*.c' 'tests/*.h')
mapfile -t scripts < <(git ls-files -co --exclude-standard '*.sh' .ci/run \
    nginx/systemd/riskreport{ctl,-generator,.bash-completion} nginx/examples/riskreport-pool 'nginx/debian/*.post*')
read -ra flags <<<"-std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Ilib -Icgi $(pkg-config --cflags libcjson sqlite3 libpcre2-8 zlib nettle libcurl libpq)"

step() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok - %s\n' "$name"
    else
        printf '%s\nnot ok - %s\n' "$output" "$name"
        failed=1
    fi
}

no_warnings() {
    make --no-print-directory BUILD=build/lint WERROR=-Werror -j"$jobs" programs unit &&
        make --no-print-directory BUILD=build/lint-postgresql POSTGRESQL=1 WERROR=-Werror -j"$jobs" programs
}
formatted() { clang-format --dry-run --Werror "${sources[@]}" "${headers[@]}" "${test_sources[@]}"; }
headers_alone() { printf '%s\n' "${headers[@]}" | xargs -P "$jobs" -I{} cc "${flags[@]}" -Werror -x c -fsyntax-only {}; }
tidy() { printf '%s\n' "${sources[@]}" | xargs -P "$jobs" -I{} clang-tidy --quiet {} -- "${flags[@]}"; }
checked() {
    cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
        --suppress=missingIncludeSystem -j "$jobs" -D_GNU_SOURCE -Ilib -Icgi lib cgi
}
scripts_checked() { shellcheck -x -S warning "${scripts[@]}"; }

# Who may include from whom: a room from itself and from those named behind it. report and store do not know each other.
layers() {
    local -A below=(
        [lib/base]='lib/base'
        [lib/crm]='lib/crm lib/base'
        [lib/rules]='lib/rules lib/base'
        [lib/report]='lib/report lib/rules lib/crm lib/base'
        [lib/store]='lib/store lib/base'
        [lib/model]='lib/model lib/report lib/store lib/rules lib/crm lib/base'
        [lib/service]='lib/service lib/model lib/store lib/report lib/rules lib/crm lib/base'
        [lib]='lib/service lib/report'
        [cgi]='cgi lib/service lib/model lib/store lib/report lib/rules lib/crm lib/base'
    )
    local file room include wrong=0
    for file in "${sources[@]}" "${headers[@]}"; do
        room=$(dirname "$file")
        while read -r include; do
            if [[ $include == */* ]]; then include=lib/$(dirname "$include"); else include=$room; fi
            if [[ " ${below[$room]:-} " != *" $include "* ]]; then
                printf '%s includes from %s\n' "$file" "$include"
                wrong=1
            fi
        done < <(sed -n 's/^#include "\(.*\)"/\1/p' "$file")
    done
    return "$wrong"
}

# A foreign library has one file that knows it; gzip's test asks the library itself what that file made.
sole_includers() {
    local pair have wrong=0
    for pair in sqlite3.h:lib/crm/db.c pcre2.h:lib/base/pattern.c zlib.h:lib/base/gzip.c nettle/sha2.h:lib/base/digest.c curl/curl.h:lib/model/chat.c libpq-fe.h:lib/store/pg.c fcgiapp.h:cgi/fcgi_io.c cmocka.h:tests/unit/support.h; do
        have=$(grep -lE "#include <${pair%%:*}>" "${sources[@]}" "${headers[@]}" "${test_sources[@]}" | grep -vx tests/unit/test_gzip.c)
        [[ $have == "${pair#*:}" ]] || { printf '%s is included by: %s\n' "${pair%%:*}" "$have"; wrong=1; }
    done
    return "$wrong"
}

banned_calls() { ! grep -nE '\b(gets|strcpy|strcat|sprintf|vsprintf|strtok|tmpnam|mktemp|system|popen|alloca|lockf)\(' "${sources[@]}" "${headers[@]}"; }
long_files() { ! wc -l "${sources[@]}" | awk '$2 != "total" && $1 > 470' | grep .; }
top_level() { ! git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u | grep -vxE '\..*|Makefile|README\.md|cgi|lib|nginx|tests|docs|report_cache'; }

step 'no warnings' no_warnings
step 'layers' layers
step 'one includer a library' sole_includers
step 'headers compile alone' headers_alone
step 'format' formatted
step 'banned calls' banned_calls
step 'no file above 470 lines' long_files
step 'top level' top_level
step 'shellcheck' scripts_checked
step 'cppcheck' checked
step 'clang-tidy' tidy
exit "$failed"
