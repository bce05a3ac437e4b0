#!/usr/bin/env bash
# Prints the folder of the tests' npm packages, build/npm, which it fills where they are missing or others: the few that Debian does
# not have (package.json).
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
modules=${here%/tests/browser}/build/npm

mkdir -p -- "$modules"
exec {lock}>"$modules/lock" # suites may run side by side
flock "$lock"
if ! cmp -s -- "$here/package-lock.json" "$modules/installed.json"; then
    cp -- "$here/package.json" "$here/package-lock.json" "$modules/"
    (cd -- "$modules" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000 2>&1 | tail -n 5 >&2)
    cp -- "$here/package-lock.json" "$modules/installed.json"
fi
echo "$modules"
