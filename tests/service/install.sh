#!/usr/bin/env bash
# make install and uninstall, and that what is installed says the truth: units, settings, man pages, completion, library.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
cd -- "$PROJECT_DIR" || exit
root=$work_dir/root
installing() { make --no-print-directory "$1" BUILD="$BUILD" DESTDIR="$root" prefix=/usr systemdunitdir=/lib/systemd/system "${@:2}" 2>&1; }

## Installed
export MAKEFLAGS=
settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
same 'make install has nothing to say' '' "$(installing install | grep -v '^make')"
# A report without what differs from run to run.
timeless() { jq -Sc 'del(.meta) | del(.counterparties[].llm_meta.created_at)' | md5sum; }
report_wanted=$("$CLI" generate --db "$work_dir/crm.db" --date 2026-01-10 | timeless)
same 'the installed program makes the same report' "$report_wanted" \
    "$("$root/usr/bin/riskreport" generate --db "$work_dir/crm.db" --date 2026-01-10 | timeless)"
same 'the installed worker wants a socket' 'riskreport.fcgi: standard input is not a listening socket: start this program by spawn-fcgi or systemd' \
    "$(CACHE_DIR=$work_dir/cache "$root/usr/libexec/riskreport/riskreport.fcgi" 2>&1 </dev/null)"

## Settings: those of the program, with their defaults
# NAME=DEFAULT of each, as the program tells them
settings=$("$CLI" --help | awk '/^settings/ {on = 1; next} /^$/ {on = 0} on {print $1 "=" (substr($0, 26, 1) == " " ? "" : $2)}')
conf=$root/etc/riskreport/riskreport.conf
check 'the program tells its settings' test "$(wc -l <<<"$settings")" -ge 14
# The key is not for a file that everybody may read.
same 'every setting is in riskreport.conf, in comments with its default' \
    "$( (grep -vE '^(DB_PATH|CACHE_DIR|WORK_DIR|OPENAI_API_KEY)=' <<<"$settings"; printf '%s\n' WORKERS=4 COMPUTE_WORKERS=2) | sort)" \
    "$(sed -n 's/^#\([A-Z_]*=.*\)/\1/p' "$conf" | sort)"
same 'and only folders are set there' 'CACHE_DIR DB_PATH WORK_DIR' "$(sed -n 's/^\([A-Z_]*\)=.*/\1/p' "$conf" | sort | xargs)"
check 'the settings in comments are good ones' bash -c "set -a; . <(sed 's/^#\([A-Z_]*=\)/\1/' '$conf'); CACHE_DIR='$work_dir/cache' exec '$CLI' status"

## Man pages
manual() { mandoc -T ascii -O width=200 "docs/man/$1" | sed 's/.\x08//g'; }
commands=$("$CLI" --help | sed -n '/^commands/,/^$/s/^  \([a-z]*\) .*/\1/p')

same 'mandoc has nothing to say' '' "$(mandoc -T lint docs/man/*.[1-9] 2>&1 | grep -vE 'referenced manual not found|outdated mandoc.db')"

# Of a number, the program says what it may be.
wrong=''
while IFS='=' read -r name default; do
    range=$(env "$name=x" CACHE_DIR="$work_dir/cache" "$CLI" status 2>&1 | sed -n 's/.* number \(from [0-9]* to [0-9]*\).*/\1/p')
    entry=$(manual riskreport.conf.5 | awk -v name="$name" '/^     [^ ]/ {on = $1 == name} on' | xargs -0 echo | tr -s ' \n' ' ')
    default=${default:-none}
    [[ $entry == *"Default $default${range:+, $range}"[.\;:]* ]] || wrong+="$name, Default $default${range:+, $range}. "
done <<<"$settings"
same 'riskreport.conf(5) has every setting, with its default and range' '' "$wrong"
same 'riskreport(1) has every command' "$(sort <<<"$commands")" "$(manual riskreport.1 | sed -n 's/^   \([a-z]*\)$/\1/p' | sort)"

# The names of options in a text, each once.
options_in() { grep -oE -- '--[a-z]+' | sort -u | xargs; }
for command in $commands; do
    want=$("$CLI" "$command" --help | grep '^  --' | cut -c 1-30 | options_in)
    same "riskreport(1), $command: the synopsis has its options" "$want" \
        "$(manual riskreport.1 | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | awk -v name="$command" '$1 == "riskreport" {on = $2 == name} on' | options_in)"
    same "riskreport(1), $command: and it says what they mean" "$want" \
        "$(manual riskreport.1 | awk -v name="$command" '/^(   )?[^ ]/ {on = $1 == name} on && /^     --/' | options_in)"
done

## Completion, as bash would ask for it
completed() { # WORD...: what can be said in the place of the last one
    (
        # shellcheck source=nginx/systemd/riskreport.bash-completion
        source "$root/usr/share/bash-completion/completions/riskreport"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _riskreport "$1"
        printf '%s\n' "${COMPREPLY[@]}" | sort | xargs
    )
}
same 'completion of commands' "$(printf '%s\n' $commands --help --version | sort | xargs)" "$(completed "$CLI" '')"
for command in $commands; do
    same "completion of options, $command" "$("$CLI" "$command" --help | grep '^  --' | cut -c 1-30 | cat - <(echo ' --help') | options_in)" \
        "$(completed "$CLI" "$command" --)"
done
same 'completion of what to do with a store' '--help check export import init upgrade' "$(completed "$CLI" store '')"
same 'completion of a mode' 'all offline online' "$(completed "$CLI" run --mode '')"
same 'completion of a mode after =' 'online' "$(completed "$CLI" status --mode = on)"
same 'completion of a file' "$conf" "$(completed "$CLI" generate --db "${conf%.conf}")"
same 'completion of a date' "$(date +%F)" "$(completed "$CLI" run --date '')"
same 'nothing to say of a number' '' "$(completed "$CLI" demo --deals '')"

## The library
mkdir "$work_dir/pkgconfig"
sed "s|=/usr|=$root/usr|" "$root/usr/lib/pkgconfig/riskreport.pc" >"$work_dir/pkgconfig/riskreport.pc" # as though it were there
export PKG_CONFIG_PATH=$work_dir/pkgconfig
same 'its version is the package'"'"'s' "$(sed -n '1s/.*(\(.*\)).*/\1/p' nginx/debian/changelog)" "$(pkg-config --modversion riskreport)"
# The library was built by the flags of this build: a sanitizer's has to be linked with it.
read -ra sanitizer <<<"$(grep -o -- '-fsanitize=[a-z,]*' "$BUILD/flags" | xargs)"
read -ra flags <<<"$(pkg-config --cflags --libs riskreport)"
check 'a program is built with the installed library alone' \
    cc -std=c11 -Wall -Werror "${sanitizer[@]}" -o "$work_dir/consumer" tests/fixtures/consumer.c "${flags[@]}"
same 'and makes the same report' "$report_wanted" "$("$work_dir/consumer" "$work_dir/crm.db" | timeless)"

same 'docs/CHANGELOG.md begins with this version' "## $(pkg-config --modversion riskreport), \`$("$CLI" --version)\`" \
    "$(grep -m 1 '^## ' docs/CHANGELOG.md)"

## Units
units=$root/lib/systemd/system
for unit in serve@1 compute@1 follow daily alert@daily; do
    check "riskreport-$unit.service: exposed to 1.0 at most" \
        systemd-analyze security --offline=true --root="$root" --threshold=10 "riskreport-$unit.service"
done
same 'systemd finds nothing wrong with the units' '' "$(systemd-analyze verify --man=no --recursive-errors=no --root="$root" \
    "$units"/riskreport{.target,-serve.socket,-compute.socket,-serve@1.service,-compute@1.service,-follow.service,-daily.timer,-daily.service,-alert@x.service} 2>&1 | grep -vF 'Command /bin/echo is not executable')"
same 'the job is next at eight in Seoul' '08:00:00' "$(systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$units/riskreport-daily.timer")" |
    sed -n 's/.*Next elapse: //p' | TZ=Asia/Seoul xargs -d '\n' -I{} date -d {} +%T)"

generated() { # SETTINGS: the workers of each pool that the generator pulls in
    sed "s|^conf=.*|conf=$work_dir/generator.conf|" "$root/usr/lib/systemd/system-generators/riskreport-generator" >"$work_dir/generator"
    printf '%b' "$1" >"$work_dir/generator.conf"
    rm -rf "$work_dir/units"
    sh "$work_dir/generator" "$work_dir/units" 2>"$work_dir/err"
    (cd "$work_dir/units/riskreport.target.wants" && echo "$(ls -d -- *serve@* | wc -l) $(ls -d -- *compute@* | wc -l)")
}
same 'the generator: 4 and 2 by default' '4 2' "$(generated '#WORKERS=9\n')"
same 'as many as are set, the last one counts' '7 3' "$(generated 'WORKERS=5\n WORKERS="7"\nCOMPUTE_WORKERS=3 \n')"
same 'what is no number is the default' '4 2' "$(generated 'WORKERS=0\nCOMPUTE_WORKERS=many\n')"
check 'and it says so' grep -q 'COMPUTE_WORKERS=many' "$work_dir/err"
same 'no network for anybody' '' "$(find "$work_dir/units" -name '*.conf')"
same 'but for the job where a language model is asked' '4 2 riskreport-daily.service.d/20-network.conf' \
    "$(generated 'LLM_PROVIDER=openai\n') $(cd "$work_dir/units" && echo *.d/*.conf)"
mkdir "$units/riskreport-daily.service.d"
cp "$work_dir/units/riskreport-daily.service.d/20-network.conf" "$units/riskreport-daily.service.d/"
exposure=$(systemd-analyze security --offline=true --root="$root" --no-pager --threshold=12 riskreport-daily.service)
same 'which is then exposed to 1.2 at most' 0 $?
same 'since it has the network' 'PrivateNetwork= RestrictAddressFamilies=~AF_(INET|INET6)' \
    "$(grep -oE '✗ (PrivateNetwork=|RestrictAddressFamilies=[^ ]*)' <<<"$exposure" | sed 's/^.* //' | sort | xargs)"
rm -r "$units/riskreport-daily.service.d"
same 'no follower of other hosts either' '' "$(find "$work_dir/units" -name '*follow*')"
same 'but where they share a PostgreSQL, and then the network for all that speak to it' \
    '4 2 compute@.service.d daily.service.d follow.service.d riskreport-follow.service' \
    "$(generated 'REPORT_STORE="postgresql://db.example.com/riskreport"\n') $(cd "$work_dir/units" && echo *.d | sed 's/riskreport-//g') $(cd "$work_dir/units/riskreport.target.wants" && echo *follow*)"
for unit in compute@ follow; do
    cp -r "$work_dir/units/riskreport-$unit.service.d" "$units/"
    check "riskreport-$unit.service is then exposed to 1.3 at most" \
        systemd-analyze security --offline=true --root="$root" --no-pager --threshold=13 "riskreport-${unit/@/@1}.service"
    rm -r "$units/riskreport-$unit.service.d"
done
same 'its links lead to the units' "/lib/systemd/system/riskreport-serve@.service" \
    "$(readlink "$work_dir/units/riskreport.target.wants/riskreport-serve@1.service")"

## Installed again, elsewhere, uninstalled
echo 'WORKERS=8' >>"$conf"
same 'settings that were changed stay' "kept as it is: $conf" "$(installing install | grep -v '^make')"
same 'in another folder, nothing names the usual ones' '' "$(rm -rf "$work_dir/other"; DESTDIR=$work_dir/other
    make --no-print-directory install BUILD="$BUILD" DESTDIR="$DESTDIR" prefix=/opt/report >/dev/null 2>&1
    grep -rIlE '(^|[^a-z])/(usr/(bin|libexec|share)|etc|var/lib|run|lib/systemd)/riskreport' "$DESTDIR" | grep -vE '/share/doc/[^/]*/[^/]*\.md$')"
same 'and all of it is below that folder' '' "$(find "$work_dir/other" -type f ! -path "$work_dir/other/opt/report/*")"
same 'uninstalled, what was changed stays' "kept, since it was changed: $conf" "$(installing uninstall | grep -v '^make')"
sed -i '/^WORKERS=8/d' "$conf"
same 'uninstalled' '' "$(installing uninstall | grep -v '^make')"
same 'no file is left, and no folder of ours' '' "$(find "$root" ! -type d -o -name '*riskreport*')"
refused=$(nginx/install.sh install bindir='/a b' 2>&1)
same 'a folder that units could not name is refused' 'install.sh: must be NAME=/FOLDER, of letters, digits and . _ + - /: bindir=/a b' "$refused"
finish
