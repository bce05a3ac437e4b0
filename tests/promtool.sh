#!/usr/bin/env bash
# Prints the path of promtool, Prometheus' own checker: the installed one, or the one program taken out of Debian's package.
# Installing that package would start a server at once and at every boot; unpacking a file of it needs no root and starts nothing.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

tool=$PWD/build/tools/promtool

download() { apt-get -qq -o APT::Sandbox::User=root download prometheus; }

take() {
    local into=$1
    cd -- "$into"
    # The lists of packages may be absent, or older than the package that they name.
    { download || { apt-get -qq update && download; }; } >&2
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
}

if type -P promtool; then exit; fi
if [[ ! -x $tool ]]; then
    folder=$(mktemp -d)
    trap 'rm -rf -- "$folder"' EXIT
    (take "$folder")
    mkdir -p -- "${tool%/*}"
    mv -- "$folder/usr/bin/promtool" "$tool.$$"
    mv -- "$tool.$$" "$tool"
fi
echo "$tool"
