#!/bin/sh
#
# install-packages.sh PURPOSE: installs the Debian packages that are missing for a purpose (build, run, test, fuzz, bench, package,
# deb-test, postgresql-build, postgresql-test).
# Says in one line what it installs. Nothing is missing: says nothing, asks no network. Not root: prints the command
# that would do it, and exits 1.
#
# Installing nginx leaves no server that nobody asked for: Debian would start one on port 80 at once, and again at
# every boot. Where nginx was installed before, nothing of it is touched. The same with PostgreSQL: Debian would make and start a
# cluster on port 5432.

set -eu

packages_for() {
    case $1 in
    build) echo gcc libc6-dev make pkg-config libfcgi-dev libcjson-dev libsqlite3-dev libpcre2-dev zlib1g-dev nettle-dev libcurl4-gnutls-dev ;;
    run) echo nginx spawn-fcgi multiwatch tzdata util-linux ;;
    test) echo git curl jq sqlite3 procps wrk openssl python3-jsonschema libcmocka-dev valgrind clang-tidy clang-format cppcheck shellcheck \
        mandoc systemd chromium nodejs npm fonts-noto-cjk poppler-utils ;;
    fuzz) echo clang libclang-rt-dev llvm tzdata ;;
    package) echo dpkg-dev debhelper fakeroot lintian ;;
    deb-test) echo debootstrap systemd-container ;;
    bench) echo git curl jq sqlite3 procps wrk time libfcgi-bin ;;
    postgresql-build) echo libpq-dev ;;
    postgresql-test) echo postgresql libpq-dev iproute2 ;;
    *) return 1 ;;
    esac
}

POLICY=/usr/sbin/policy-rc.d
CREATE_CLUSTER=/etc/postgresql-common/createcluster.conf
log=''
new_policy=''
brings_nginx=no

fail() {
    printf 'install-packages.sh: %s\n' "$*" >&2
    exit 1
}

# A package that was removed but not purged is known to dpkg too: only the state "installed" counts. What another package
# provides is there as well: a newer nodejs than Debian's brings npm itself, and refuses Debian's beside it.
is_installed() {
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed ||
        dpkg-query -W -f='${db:Status-Status}, ${Provides},\n' | grep -q "^installed,.* $1[, ]"
}

missing_of() {
    for package in "$@"; do
        is_installed "$package" || printf '%s ' "$package"
    done
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1
}

# The lists of packages may be absent (a fresh container) or so old that the files they name are gone.
# $1 is a list of names, to be split.
install() {
    # shellcheck disable=SC2086
    apt_get install --no-install-recommends $1 || { apt_get update && apt_get install --no-install-recommends $1; }
}

has_nginx() {
    is_installed nginx-common || PATH=$PATH:/usr/local/sbin:/usr/sbin command -v nginx >/dev/null
}

# The process whose temporary policy this is; nothing for one that is not of this program.
policy_owner() {
    sed -n 's/^# made by install-packages.sh, process \([0-9]*\)$/\1/p' "$POLICY" 2>/dev/null || true
}

policy_is_left_over() {
    owner=$(policy_owner)
    [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null
}

# Debian asks this file before it starts a service: it refuses nginx while we install it. A file that is already there
# belongs to the system's administrator and stays as it is.
forbid_nginx_start() {
    new_policy=$(mktemp "$POLICY.XXXXXX")
    printf '#!/bin/sh\n# made by install-packages.sh, process %s\n' "$$" >"$new_policy"
    # shellcheck disable=SC2016  # the $ is for the policy
    printf 'case $1 in nginx | nginx.service) exit 101 ;; esac\n' >>"$new_policy"
    chmod 755 "$new_policy"
    ln "$new_policy" "$POLICY" 2>/dev/null || true      # only if the name is free
    rm -f "$new_policy"
}

# What Debian has just set up to run at boot; and, where another policy allowed it, is running now.
disable_nginx_service() {
    if [ -d /run/systemd/system ]; then
        systemctl disable --now nginx.service || true
        return
    fi
    if [ -e /run/nginx.pid ]; then
        invoke-rc.d nginx stop || true
    fi
    update-rc.d nginx disable || true
    # also for a systemd that this system may be booted with later
    rm -f /etc/systemd/system/multi-user.target.wants/nginx.service
}

# Without this file postgresql's own default holds: a cluster "main" at once, and at every boot. A file that is there stays as
# it is; ours stays too, and lets pg_createcluster make clusters when it is asked.
forbid_main_cluster() {
    [ ! -e "$CREATE_CLUSTER" ] || return 0
    mkdir -p "${CREATE_CLUSTER%/*}"
    printf '# made by install-packages.sh\ncreate_main_cluster = false\n' >"$CREATE_CLUSTER"
}

clean_up() {
    trap '' INT TERM HUP
    if [ "$(policy_owner)" = "$$" ] || policy_is_left_over; then
        rm -f "$POLICY"
    fi
    if [ "$brings_nginx" = yes ] && is_installed nginx-common; then
        disable_nginx_service >/dev/null 2>&1
    fi
    rm -f "$log" "$new_policy"
}

# A run that was killed in the middle has left its policy: what it could not do is done now.
finish_killed_run() {
    brings_nginx=yes
    clean_up
}

print_command() {
    printf 'install-packages.sh: packages are missing; install them with this command, then try again:\n' >&2
    printf 'sudo apt-get install --no-install-recommends %s\n' "$missing"
    case " $missing " in *' nginx '*)
        printf '(Debian then starts an nginx on port 80; "sudo %s %s" installs without that.)\n' "$0" "$1" >&2 ;;
    *' postgresql '*)
        printf '(Debian then starts a PostgreSQL on port 5432; "sudo %s %s" installs without that.)\n' "$0" "$1" >&2 ;;
    esac
}

main() {
    packages=$([ $# -eq 1 ] && packages_for "$1") || fail "usage: install-packages.sh build|run|test|fuzz|bench|package|deb-test|postgresql-build|postgresql-test"
    command -v dpkg-query >/dev/null || fail "not a Debian system; install by your own means: $packages"
    # shellcheck disable=SC2086  # a list of names
    missing=$(missing_of $packages)
    missing=${missing% }
    [ "$(id -u)" -ne 0 ] || ! policy_is_left_over || finish_killed_run
    [ -n "$missing" ] || exit 0
    if [ "$(id -u)" -ne 0 ]; then
        print_command "$1"
        exit 1
    fi

    printf 'installing the packages: %s\n' "$missing"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    log=$(mktemp)
    case " $missing " in *' nginx '*) has_nginx || brings_nginx=yes ;; esac
    if [ "$brings_nginx" = yes ]; then
        forbid_nginx_start
    fi
    case " $missing " in *' postgresql '*) forbid_main_cluster ;; esac
    if ! install "$missing"; then
        tail -n 20 "$log" >&2
        fail "apt-get could not install: $missing"
    fi
}

main "$@"
