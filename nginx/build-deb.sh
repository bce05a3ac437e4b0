#!/bin/sh
#
# build-deb.sh: makes the Debian packages in build/deb, out of a copy of the tree with nginx/debian where dpkg wants it. Fails where
# lintian has anything to say.
set -eu
cd -- "$(dirname -- "$0")/.."
out=$PWD/build/deb
tree=$out/riskreport

rm -rf -- "$out"
mkdir -p -- "$tree"
cp -r -- Makefile README.md cgi lib nginx docs "$tree"
cp -r -- "$tree/nginx/debian" "$tree/debian"
# make deb POSTGRESQL=1: a package that knows a store that hosts share, and needs libpq.
[ -z "${POSTGRESQL:-}" ] || sed -i 's/^ libcjson-dev,$/&\n libpq-dev,/' "$tree/debian/control"
# The flags are dpkg's, and none of a make that has called us.
if ! (cd -- "$tree" && env -u MAKEFLAGS -u CFLAGS -u CPPFLAGS -u LDFLAGS -u BUILD -u DESTDIR \
    dpkg-buildpackage --build=binary --unsigned-changes -j"$(nproc)") >"$out/build.log" 2>&1; then
    tail -n 30 -- "$out/build.log" >&2
    echo 'build-deb.sh: the package cannot be built' >&2
    exit 1
fi
rm -rf -- "$tree"
lintian --allow-root --display-level +pedantic --fail-on error,warning,pedantic "$out"/*.changes
ls -- "$out"/*.deb
