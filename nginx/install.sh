#!/usr/bin/env bash
#
# install.sh install|uninstall NAME=FOLDER...: what `make install` and `make uninstall` do, with the names of install.mk.
#
# Units, settings, man pages and the site name the folders of the Debian package, so that they can be read, checked and copied as
# they are; for other folders they are rewritten on the way.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
declare -A in=()

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

# By way of words that are in no path, so that what has been put in is not found again.
relocate() {
    sed -e 's|/usr/libexec/riskreport|@1@|g; s|/usr/bin/riskreport|@2@|g; s|/usr/share/riskreport|@3@|g' \
        -e 's|/etc/riskreport|@4@|g; s|/var/lib/riskreport|@5@|g; s|/run/riskreport|@6@|g; s|/lib/systemd/system|@7@|g' \
        -e "s|@1@|${in[libexecdir]}/riskreport|g; s|@2@|${in[bindir]}/riskreport|g; s|@3@|${in[datadir]}/riskreport|g" \
        -e "s|@4@|${in[sysconfdir]}/riskreport|g; s|@5@|${in[localstatedir]}/lib/riskreport|g" \
        -e "s|@6@|${in[runstatedir]}/riskreport|g; s|@7@|${in[systemdunitdir]}|g" \
        -e "s|@prefix@|${in[prefix]}|g; s|@libdir@|${in[libdir]}|g; s|@includedir@|${in[includedir]}|g; s|@version@|$version|g; s|@packages@|$PACKAGES|g" "$1"
}

# Calls `$1 KIND SOURCE PLACE` for each file. KIND: data as it is; text rewritten; settings rewritten, and the operator's from
# then on: never overwritten, and taken away only as they came.
each_file() {
    local file
    "$1" data "$BUILD/bin/riskreport" "${in[bindir]}/riskreport"
    "$1" data "$BUILD/bin/riskreport.fcgi" "${in[libexecdir]}/riskreport/riskreport.fcgi"
    "$1" data "$BUILD/libriskreport.a" "${in[libdir]}/libriskreport.a"
    "$1" text lib/riskreport.pc.in "${in[pkgconfigdir]}/riskreport.pc"
    "$1" text nginx/systemd/riskreportctl "${in[sbindir]}/riskreportctl"
    "$1" text nginx/systemd/riskreport-generator "${in[systemdgeneratordir]}/riskreport-generator"
    "$1" text nginx/systemd/riskreport-.service.d/10-service.conf "${in[systemdunitdir]}/riskreport-.service.d/10-service.conf"
    "$1" text nginx/systemd/riskreport.tmpfiles "${in[tmpfilesdir]}/riskreport.conf"
    "$1" text nginx/systemd/riskreport.sysusers "${in[sysusersdir]}/riskreport.conf"
    "$1" data nginx/systemd/riskreport.bash-completion "${in[completionsdir]}/riskreport"
    "$1" data nginx/systemd/riskreport.bash-completion "${in[completionsdir]}/riskreportctl"
    "$1" settings nginx/systemd/riskreport.conf "${in[sysconfdir]}/riskreport/riskreport.conf"
    "$1" settings nginx/site.conf "${in[nginxdir]}/sites-available/riskreport"
    "$1" settings nginx/locations.conf "${in[nginxdir]}/snippets/riskreport-locations.conf"
    for file in nginx/systemd/*.{service,socket,target,timer}; do "$1" text "$file" "${in[systemdunitdir]}/${file##*/}"; done
    for file in nginx/examples/*; do "$1" text "$file" "${in[docdir]}/examples/${file##*/}"; done
    for file in docs/man/*.[1-9]; do "$1" text "$file" "${in[mandir]}/man${file##*.}/${file##*/}"; done
    for file in README.md docs/*.*; do "$1" data "$file" "${in[docdir]}/${file##*/}"; done
    while read -r file; do
        "$1" data "$file" "${in[includedir]}/riskreport/${file#lib/}"
    done < <(find lib -name '*.h' | sort)
    while read -r file; do
        "$1" data "$file" "${in[datadir]}/riskreport/html/${file#nginx/html/}"
    done < <(find nginx -path 'nginx/html/*' -type f | sort)
}

# What a file is to hold, and whether it is to be executed, its source says.
content() { if [[ $1 == data ]]; then cat -- "$2"; else relocate "$2"; fi; }

put() {
    local kind=$1 source=$2 place=$DESTDIR$3 mode=0644
    [[ ! -x $source ]] || mode=0755
    [[ -r $source ]] || fail "$source is missing: run make first"
    if [[ $kind == settings && -e $place ]]; then
        cmp -s -- <(content "$kind" "$source") "$place" || printf 'kept as it is: %s\n' "$place"
        return
    fi
    install -D -m "$mode" -- <(content "$kind" "$source") "$place"
}

take_away() {
    local kind=$1 source=$2 place=$DESTDIR$3 folder
    if [[ $kind == settings && -e $place ]] && ! cmp -s -- <(content "$kind" "$source") "$place"; then
        printf 'kept, since it was changed: %s\n' "$place"
        return
    fi
    rm -f -- "$place"
    folder=${3%/*}
    while [[ $folder == *riskreport* ]]; do
        rmdir -- "$DESTDIR$folder" 2>/dev/null || break
        folder=${folder%/*}
    done
}

read_folders() {
    local pair
    for pair in "$@"; do
        [[ $pair =~ ^[a-z]+=/[A-Za-z0-9._+/-]*$ ]] || fail "must be NAME=/FOLDER, of letters, digits and . _ + - /: $pair"
        in[${pair%%=*}]=${pair#*=}
    done
}

main() {
    local verb=${1:-}
    shift
    version=$(sed -n '1s/.*(\(.*\)).*/\1/p' nginx/debian/changelog)
    read_folders "$@"
    case $verb in
    install) each_file put ;;
    uninstall) each_file take_away ;;
    *) fail 'usage: install.sh install|uninstall NAME=FOLDER...' ;;
    esac
}

main "$@"
