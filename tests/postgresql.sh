# For the test scripts, which source it after lib.sh: a PostgreSQL 15 of the test's own, in a directory of its own, with a unix
# socket and a port of its own, as an unprivileged user. Nothing of it is left at the end: call pg_clean_up in the script's trap.
#
#     pg_make [DATA_MIB]      initdb; with a number, the data are on a disk of so many MiB (root), the log of changes is not
#     pg_start                on 127.0.0.1, or where PG_ADDRESS says, behind the command PG_ON (a network namespace)
#       pg_new_store NAME     a database with the schema, and REPORT_STORE, as the role that serves and no more
#     pg_stop [SIGNAL]        INT: fast; QUIT: at once, as if it had crashed
# Who uses another script's server (TEST_STORE, its directory) calls pg_new_store alone.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2120,SC2154  # some of it is for the scripts that source it, some of theirs is used

PG_BIN=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
PG_USER=$(id -un)
((EUID != 0)) || PG_USER=postgres # PostgreSQL does not run as root
PG_ADDRESS=127.0.0.1
PG_PASSWORD=not-to-be-told
PG_ON=()
pg_dir='' pg_pid='' pg_port='' pg_has_disk=0

pg_as_user() {
    if ((EUID != 0)); then "$@"; else setpriv --reuid="$PG_USER" --regid="$PG_USER" --clear-groups -- "$@"; fi
}

# Where the files are: the server's directory may not be below one that only root can enter.
pg_use() { # DIRECTORY
    pg_dir=$1
    export PGPASSFILE=$pg_dir.pass
}

# Two roles: the one that a database belongs to, which makes the schema in it, and the one that the service is.
pg_make() { # [DATA_MIB]
    pg_use "$(mktemp -d "${TMPDIR:-/tmp}/riskreport-postgresql-XXXXXX")"
    ((EUID != 0)) || chown "$PG_USER:" "$pg_dir"
    (umask 077; echo "*:*:*:*:$PG_PASSWORD" >"$PGPASSFILE")
    if [[ -n ${1:-} ]]; then
        pg_as_user mkdir "$pg_dir/data"
        mount -t tmpfs -o "size=$1m,mode=0700,uid=$(id -u "$PG_USER"),gid=$(id -g "$PG_USER")" riskreport-data "$pg_dir/data" || return
        pg_has_disk=1
    fi
    pg_as_user "$PG_BIN/initdb" -D "$pg_dir/data" -X "$pg_dir/wal" -U postgres -E UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=scram-sha-256 >"$pg_dir.log" 2>&1 || { cat "$pg_dir.log"; return 1; }
    pg_as_user tee -a "$pg_dir/data/postgresql.conf" >/dev/null <<EOF
unix_socket_directories = '$pg_dir'
max_connections = 200
log_connections = on
log_line_prefix = '%m [%p] %r '
EOF
    pg_as_user tee -a "$pg_dir/data/pg_hba.conf" >/dev/null <<<'host all all samenet scram-sha-256'
}

# The server is this shell's child, and is told to end when the shell dies without a chance to do so.
pg_start() {
    local try
    for try in 1 2 3 4 5; do
        [[ -n $pg_port ]] || pg_port=$((40000 + RANDOM % 20000))
        "${PG_ON[@]}" setpriv --pdeathsig INT "$(type -P bash)" -c '
            ((EUID != 0)) || as=(setpriv --reuid="$1" --regid="$1" --clear-groups --pdeathsig INT --)
            exec "${as[@]}" "${@:2}"' pg "$PG_USER" \
            "$PG_BIN/postgres" -D "$pg_dir/data" -p "$pg_port" -h "$PG_ADDRESS" </dev/null >>"$pg_dir.log" 2>&1 &
        pg_pid=$!
        while kill -0 "$pg_pid" 2>/dev/null; do
            ! pg_sql postgres 'SELECT' >/dev/null 2>&1 || break 2
            sleep 0.05
        done
        wait "$pg_pid"
        pg_pid='' pg_port=''
    done
    [[ -n $pg_pid ]] || { fail "PostgreSQL starts (try $try)" "$(tail -n 5 "$pg_dir.log")"; return 1; }
    echo "$pg_port" >"$pg_dir.port"
    [[ -n $(pg_sql postgres "SELECT rolname FROM pg_roles WHERE rolname = 'riskreport'") ]] ||
        pg_sql postgres "CREATE ROLE owner LOGIN PASSWORD '$PG_PASSWORD'; CREATE ROLE riskreport LOGIN PASSWORD '$PG_PASSWORD'"
}

pg_signal() { pgrep -P "$pg_pid" | xargs kill "-$1" "$pg_pid" 2>/dev/null; } # SIGNAL: to all of its processes

pg_stop() { # [SIGNAL]
    [[ -n $pg_pid ]] || return 0
    pg_signal CONT
    kill "-${1:-INT}" "$pg_pid" 2>/dev/null
    wait "$pg_pid" 2>/dev/null
    pg_pid=''
}

pg_clean_up() {
    [[ -n $pg_dir && -z ${TEST_STORE:-} ]] || return 0
    pg_stop
    ((!pg_has_disk)) || umount "$pg_dir/data"
    rm -rf --one-file-system -- "$pg_dir" "$pg_dir".{pass,log,port}
}

# pg_sql DATABASE SQL: as the superuser, by the socket, whatever network there is.
pg_sql() { "$PG_BIN/psql" -h "$pg_dir" -p "$pg_port" -U postgres -d "$1" -XAtq -v ON_ERROR_STOP=1 -c "$2"; }
pg_uri() { echo "postgresql://$1@$PG_ADDRESS:$pg_port/$2"; } # ROLE DATABASE

# All connections end, as an administrator ends them: how many there were.
pg_terminate_all() {
    pg_sql postgres "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
}

# The least that the service needs (docs/scale-out.md).
pg_grant() { # DATABASE
    pg_sql "$1" 'GRANT USAGE ON SCHEMA riskreport TO riskreport; GRANT USAGE ON SEQUENCE riskreport.revision TO riskreport;
        GRANT SELECT ON riskreport.meta TO riskreport; GRANT SELECT, INSERT, UPDATE ON riskreport.status TO riskreport;
        GRANT SELECT, INSERT, UPDATE, DELETE ON riskreport.reports, riskreport.requests TO riskreport'
}

pg_new_store() { # NAME
    pg_sql postgres "CREATE DATABASE \"$1\" OWNER owner" || return
    "${PG_ON[@]}" env REPORT_STORE="$(pg_uri owner "$1")" "$CLI" store init >"$work_dir/init.log" 2>&1 || { cat "$work_dir/init.log"; return 1; }
    pg_grant "$1"
    REPORT_STORE=$(pg_uri riskreport "$1")
    export REPORT_STORE
}

# A script that knows nothing of it, on a store of its own (lib.sh). Its programs may run as other users, who cannot read our files.
if [[ -n ${TEST_STORE:-} ]]; then
    export PGPASSWORD=$PG_PASSWORD
    pg_use "$TEST_STORE"
    pg_port=$(cat "$pg_dir.port")
    pg_own=$(basename -- "$0" .sh)-$$
    pg_new_store "$pg_own" || { fail 'a store of its own'; finish; }

    has_peers() { true; }
    forget_reports() {
        rm -rf -- "$CACHE_DIR"
        pg_sql "$pg_own" 'TRUNCATE riskreport.reports, riskreport.status, riskreport.requests'
    }
    put_status() {
        pg_sql "$pg_own" "UPDATE riskreport.status SET document = \$text\$$(cat "$1")\$text\$ WHERE mode = 'offline'"
        mv -- "$1" "$CACHE_DIR/status.json"
    }
fi
