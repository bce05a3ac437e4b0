#!/usr/bin/env bash
#
# Runs the report service in the foreground, as the invoking user: a pool of FastCGI workers and an nginx before it.
# `make run` calls this after the build. Nothing outside RUN_DIR, CACHE_DIR, WORK_DIR and build/demo is written.
#
# Environment (relative paths are relative to the project's directory):
#   PORT      the port on 127.0.0.1                             8000
#   WORKERS   how many workers answer                           4
#   COMPUTE_WORKERS   how many more make reports                2
#   RUN_DIR   socket, logs, nginx's temporary files             build/run/$PORT
#   DB_PATH   the CRM database; a demo CRM is made without it   build/demo/crm.db
#   BUILD     where the programs are: another build's          build
#   REPORT_STORE   postgresql://…: a follower keeps CACHE_DIR up to date with other hosts'; the CRM may be theirs alone
#   CACHE_DIR, WORK_DIR, REPORT_TZ and the other settings of the service are passed on to the workers.
#
# Ctrl-C, SIGTERM, SIGHUP: requests in hand are finished, everything is stopped, exit status 0. A second signal stops
# at once. When something is wrong: one line on standard error, exit status 1, and nothing is left running.
#
# Processes. The children are sessions of their own, so that Ctrl-C reaches this script alone, which then stops
# them in the right order; and they are sent SIGTERM by the kernel when this script dies without a chance to do so.
#   run.sh ─┬─ multiwatch ─── worker × WORKERS     (spawn-fcgi made the socket and became multiwatch)
#           ├─ multiwatch ─── worker × COMPUTE_WORKERS
#           ├─ multiwatch ─── riskreport follow    (with a REPORT_STORE of several hosts)
#           └─ nginx master ─ nginx worker × 2

# shellcheck disable=SC2317  # what is called by traps only looks unreachable
set -euo pipefail

readonly API=/api/report/counterparty-risk
readonly READY_LIMIT_S=15   # from the start to the first answer

readonly DEMO_DB=build/demo/crm.db

# multiwatch replaces a dead worker at once, and gives up a worker that has died -r times in a row within -t
# milliseconds of its start. We never want to give up (workers may be killed for an hour, and then be well), nor to
# start a worker that cannot live hundreds of times a second. So -r is out of reach, and a worker waits a little before
# it starts (the socket queues requests meanwhile), unless the run has just begun: the file boot has a time two seconds
# after that.
# The names come by the environment, since multiwatch refuses arguments that are no text in the locale.
readonly NEVER_GIVE_UP=1000000000
# shellcheck disable=SC2016  # the $ are for the inner shell
readonly START_PROGRAM='
    echo >"$RR_RUN_DIR/worker_start"
    [ "$RR_RUN_DIR/boot" -nt "$RR_RUN_DIR/worker_start" ] || sleep 0.3
    exec "$RR_PROGRAM" $RR_COMMAND'

project_dir=''
cli=''
worker=''
nginx_pid=''
serve_pid=''
compute_pid=''
follower_pid=''
lock_fd=''
owns_run_dir=0      # we hold its lock: its files are ours to remove
is_up=0             # the first request was answered
finish_began_s=0
hurry=0             # a second signal came: do not wait for requests in hand
nginx_command=()

# A closed standard output (the terminal is gone) must not stop the stopping.
say() { printf '%s\n' "$*" 2>/dev/null || true; }

fail() {
    printf 'run.sh: %s\n' "$*" >&2 || true
    exit 1
}

## Checks: all of them before anything is started

is_number_up_to() { [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] && (($2 <= $1)); }

read_settings() {
    local build=${BUILD:-build}
    [[ $build == /* ]] || build=$project_dir/$build
    cli=$build/bin/riskreport
    worker=$build/bin/riskreport.fcgi

    # an empty value, as make may pass on, is none
    PORT=${PORT:-8000}
    WORKERS=${WORKERS:-4}
    COMPUTE_WORKERS=${COMPUTE_WORKERS:-2}
    export CACHE_DIR=${CACHE_DIR:-report_cache}
    [[ -n ${WORK_DIR:-} ]] || unset WORK_DIR
    unset OPENAI_API_KEY # nothing that runs here asks a language model

    is_number_up_to 65535 "$PORT" || fail "PORT must be a number from 1 to 65535, not \"$PORT\""
    is_number_up_to 256 "$WORKERS" || fail "WORKERS must be a number from 1 to 256, not \"$WORKERS\""
    is_number_up_to 256 "$COMPUTE_WORKERS" || fail "COMPUTE_WORKERS must be a number from 1 to 256, not \"$COMPUTE_WORKERS\""

    RUN_DIR=${RUN_DIR:-build/run/$PORT}
    [[ $RUN_DIR == /* ]] || RUN_DIR=$project_dir/$RUN_DIR
    RUN_DIR=${RUN_DIR%/}

    local deadline_s=20
    [[ ! ${REQUEST_DEADLINE_SEC:-} =~ ^[1-9][0-9]{0,5}$ ]] || deadline_s=$REQUEST_DEADLINE_SEC
    read_timeout_s=$((deadline_s + 40))
    drain_limit_s=$((deadline_s + 10))
}

check_programs() {
    local program
    for program in nginx spawn-fcgi multiwatch setpriv setsid flock; do
        type -P "$program" >/dev/null || fail "$program is not installed: run nginx/install-packages.sh run"
    done
    for program in "$cli" "$worker"; do
        [[ -x $program ]] || fail "$program is not built: run make"
    done
}

# Makes RUN_DIR and takes its lock, which the kernel lets go when this script ends, however it ends.
take_run_dir() {
    # that another run has just made it is no error: the lock decides
    mkdir -p -- "${RUN_DIR%/*}/" 2>/dev/null || fail "RUN_DIR cannot be made: $RUN_DIR"
    mkdir -m 0700 -- "$RUN_DIR" 2>/dev/null || [[ -d $RUN_DIR ]] || fail "RUN_DIR cannot be made: $RUN_DIR"
    [[ -O $RUN_DIR && -w $RUN_DIR ]] || fail "RUN_DIR does not belong to user $(id -un): $RUN_DIR"
    # A directory that others can enter is made private only if it has no other use.
    if [[ $(stat -c %a -- "$RUN_DIR") != 700 ]]; then
        [[ -e $RUN_DIR/run.lock || -z $(ls -A -- "$RUN_DIR") ]] ||
            fail "RUN_DIR has mode $(stat -c %a -- "$RUN_DIR") and holds other files; use one of its own: $RUN_DIR"
        chmod 0700 -- "$RUN_DIR"
    fi

    { exec {lock_fd}>>"$RUN_DIR/run.lock"; } 2>/dev/null || fail "RUN_DIR cannot be written: $RUN_DIR"
    if ! flock -n "$lock_fd"; then
        local other='unknown'
        read -r other 2>/dev/null <"$RUN_DIR/run.pid" || true
        fail "another run (process $other) uses $RUN_DIR: stop it, or choose another PORT"
    fi
    owns_run_dir=1
    remove_run_files    # of a run that was killed
    printf '%s\n' "$$" >"$RUN_DIR/run.pid"
}

# Uses the demo CRM if no database was named. Two runs that start together make it once: the lock; and a run that is
# killed in the middle leaves no half of it: the rename.
choose_database() {
    if [[ -n ${DB_PATH:-} ]]; then
        return
    fi
    export DB_PATH=$DEMO_DB
    mkdir -p -- "${DEMO_DB%/*}" || fail "cannot make ${DEMO_DB%/*}"

    local demo_fd
    exec {demo_fd}>>"${DEMO_DB%/*}/demo.lock"
    flock "$demo_fd"
    if [[ -f $DEMO_DB ]]; then
        say "DB_PATH is not set: using the demo CRM that is already there, $DEMO_DB"
    else
        say "DB_PATH is not set: making a demo CRM, $DEMO_DB"
        rm -f -- "$DEMO_DB.new"
        "$cli" demo --output "$DEMO_DB.new" >/dev/null || fail "cannot make the demo CRM $DEMO_DB"
        # It is complete: let it not count as a database that is just being changed (DB_STABLE_WINDOW_SEC).
        touch -d '1 hour ago' -- "$DEMO_DB.new"
        mv -- "$DEMO_DB.new" "$DEMO_DB"
    fi
    exec {demo_fd}>&-
}

has_other_hosts() { [[ ${REPORT_STORE:-file} != file ]]; }

check_database() {
    export DB_PATH
    ! has_other_hosts || [[ -e $DB_PATH ]] || return 0  # they make the reports
    [[ -e $DB_PATH ]] || fail "DB_PATH: there is no file $DB_PATH"
    [[ -f $DB_PATH ]] || fail "DB_PATH is not a regular file: $DB_PATH"
    [[ -r $DB_PATH ]] || fail "DB_PATH cannot be read by user $(id -un): $DB_PATH"
}

check_cache_dir() {
    mkdir -p -- "$CACHE_DIR" 2>/dev/null || fail "CACHE_DIR cannot be made: $CACHE_DIR"
    [[ -w $CACHE_DIR && -x $CACHE_DIR ]] || fail "CACHE_DIR cannot be written by user $(id -un): $CACHE_DIR"
}

# The service's own program knows what each setting may be; it says what is wrong in one line.
check_settings() {
    local message
    if ! message=$("$cli" status 2>&1 >/dev/null); then
        printf '%s\n' "${message:-run.sh: \"$cli status\" failed}" >&2
        exit 1
    fi
}

# Only binding shows whether a port can be bound; spawn-fcgi does that, and then becomes true(1), which ends.
check_port() {
    local message
    message=$(spawn-fcgi -n -a 127.0.0.1 -p "$PORT" -- "$(type -P true)" 2>&1 >/dev/null) ||
        fail "port $PORT cannot be used (${message##*: }): choose another one with PORT="
}

## Start

write_nginx_conf() {
    local user_directive='# not root: the workers are the same user anyway'
    if ((EUID == 0)); then
        user_directive='user root;      # or the workers could not open the socket, which is ours alone'
    fi
    # Only numbers and the lines above are filled in, so nothing needs quoting; and locations.conf is copied in, since
    # nginx takes a path in an include directive for a pattern: a [ in it, and nothing would be included.
    sed -e "s/@PORT@/$PORT/" -e "s/@READ_TIMEOUT_SEC@/$read_timeout_s/" -e "s/@USER_DIRECTIVE@/$user_directive/" \
        -e '/@LOCATIONS@/{' -e 'r nginx/locations.conf' -e 'd' -e '}' \
        nginx/riskreport.conf.template >"$RUN_DIR/nginx.conf"
    mkdir -p -- "$RUN_DIR/tmp"
    ln -sfn -- "$(realpath -- "$CACHE_DIR")" "$RUN_DIR/cache"
    ln -sfn -- "$project_dir/nginx/html" "$RUN_DIR/html"

    nginx_command=(nginx -p "$RUN_DIR/" -c "$RUN_DIR/nginx.conf" -e "$RUN_DIR/nginx-error.log")
    local message
    message=$("${nginx_command[@]}" -t -q 2>&1) || fail "nginx does not accept its configuration: ${message%%$'\n'*}"
}

# The working directory during the bind is RUN_DIR and the socket's address is relative: any path is short enough.
# Every process in between execs the next, so that $! is multiwatch, a session's leader. SIGTERM at the parent's
# death is set twice: for multiwatch, and by it for each worker.
start_pool() { # SOCKET COUNT
    touch -d '2 seconds' -- "$RUN_DIR/boot"
    (
        cd -- "$RUN_DIR"
        export RR_RUN_DIR=$RUN_DIR RR_PROGRAM=$worker RR_COMMAND=
        exec setsid setpriv --pdeathsig TERM \
            spawn-fcgi -n -s "$1" -M 0660 -b 1024 -d "$project_dir" -- \
            "$(type -P multiwatch)" -f "$2" -r "$NEVER_GIVE_UP" -- \
            "$(type -P setpriv)" --pdeathsig TERM /bin/sh -c "$START_PROGRAM"
    ) </dev/null >>"$RUN_DIR/worker.log" 2>&1 {lock_fd}>&- &
}

# It listens on no socket, so multiwatch needs no spawn-fcgi before it.
start_follower() {
    (
        export RR_RUN_DIR=$RUN_DIR RR_PROGRAM=$cli RR_COMMAND=follow
        exec setsid setpriv --pdeathsig TERM \
            "$(type -P multiwatch)" -f 1 -r "$NEVER_GIVE_UP" -- \
            "$(type -P setpriv)" --pdeathsig TERM /bin/sh -c "$START_PROGRAM"
    ) </dev/null >>"$RUN_DIR/follow.log" 2>&1 {lock_fd}>&- &
    follower_pid=$!
}

start_nginx() {
    (
        cd -- "$RUN_DIR"
        exec setsid setpriv --pdeathsig TERM "${nginx_command[@]}"
    ) </dev/null >>"$RUN_DIR/nginx-error.log" 2>&1 {lock_fd}>&- &
    nginx_pid=$!
}

# Is a real request answered? nginx writes its pid once it has bound the port, so that it is no other server's answer.
# By bash's own /dev/tcp, since curl is not needed for anything else here.
is_answered() {
    [[ -s $RUN_DIR/nginx.pid ]] || return 1
    local connection status_line=''
    { exec {connection}<>"/dev/tcp/127.0.0.1/$PORT"; } 2>/dev/null || return 1
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$API/status" 1>&"$connection" 2>/dev/null || true
    IFS= read -r -t 3 status_line <&"$connection" || true
    exec {connection}>&-
    [[ $status_line == 'HTTP/1.'?' 200 '* ]]
}

wait_until_answered() {
    local began_s=$SECONDS
    until is_answered; do
        kill -0 "$nginx_pid" 2>/dev/null || fail "nginx could not start: see $RUN_DIR/nginx-error.log"
        kill -0 "$serve_pid" "$compute_pid" 2>/dev/null || fail "the workers could not start: see $RUN_DIR/worker.log"
        ((SECONDS - began_s < READY_LIMIT_S)) ||
            fail "no worker answered in $READY_LIMIT_S seconds: see $RUN_DIR/worker.log and $RUN_DIR/nginx-error.log"
        sleep 0.05
    done
    is_up=1
}

announce() {
    local url=http://127.0.0.1:$PORT$API
    say "listening on http://127.0.0.1:$PORT"
    say "  http://127.0.0.1:$PORT/ is the dashboard"
    say "  curl '$url'"
    say "  curl '$url/status'"
    say "  curl -X POST '$url/recompute'"
    ! has_other_hosts || say "a follower of the reports that other hosts make; its log is $RUN_DIR/follow.log"
    say "$WORKERS + $COMPUTE_WORKERS workers, database $DB_PATH, cache $CACHE_DIR, logs in $RUN_DIR; Ctrl-C stops"
}

# Returns only when a child has ended, which it never should.
watch_children() {
    local status=0 ended=''
    { wait -n -p ended "$serve_pid" "$compute_pid" "$nginx_pid" $follower_pid; } 2>/dev/null || status=$?     # bash's own "Killed" is not for us
    if [[ $ended == "$nginx_pid" ]]; then
        fail "nginx ended (status $status): stopping; see $RUN_DIR/nginx-error.log"
    fi
    [[ $ended != "$follower_pid" ]] || fail "the follower ended (status $status): stopping; see $RUN_DIR/follow.log"
    fail "the worker pool ended (status $status): stopping; see $RUN_DIR/worker.log"
}

## Stop

# Prints the living processes of a session. Zombies are not alive: in a container nobody may ever reap them.
session_members() {
    local session=$1 file line fields
    for file in /proc/[0-9]*/stat; do
        { IFS= read -r line <"$file"; } 2>/dev/null || continue
        read -ra fields <<<"${line##*) }"   # after the name, which may have spaces: state, parent, group, session
        if [[ ${fields[3]:-} == "$session" && ${fields[0]} != [ZX] ]]; then
            file=${file#/proc/}
            printf '%s\n' "${file%/stat}"
        fi
    done
}

signal_session() {
    local signal=$1 session=$2 members
    mapfile -t members < <(session_members "$session")
    if ((${#members[@]} > 0)); then
        kill -s "$signal" -- "${members[@]}" 2>/dev/null || true
    fi
}

# Stops a session: asks its leader (or, when that has died, all the others), waits until nobody is left, and kills who
# is left after the time. multiwatch does not wait for its workers, so waiting for the leader would not be enough.
stop_session() {
    local session=$1 signal=$2 until_s=$((SECONDS + drain_limit_s))
    [[ -n $session ]] || return 0
    kill -s "$signal" "$session" 2>/dev/null || signal_session "$signal" "$session"
    while [[ -n $(session_members "$session") ]] && ((!hurry && SECONDS < until_s)); do
        sleep 0.05
    done
    signal_session KILL "$session"
    wait "$session" 2>/dev/null || true
}

remove_run_files() {
    rm -f -- "$RUN_DIR"/{worker.sock,compute.sock,boot,worker_start,run.pid,nginx.pid}
}

# Once, at the end of the script, however it ends. First nginx, which closes the port and finishes the requests in
# hand, for which it needs the workers; then the workers.
finish() {
    finish_began_s=$SECONDS
    trap on_late_signal INT TERM HUP QUIT
    # Before the first answer nginx may not yet listen to QUIT, and no request is in hand.
    local nginx_signal=TERM
    ((!is_up)) || nginx_signal=QUIT
    stop_session "$nginx_pid" "$nginx_signal"
    stop_session "$serve_pid" TERM
    stop_session "$compute_pid" TERM
    stop_session "$follower_pid" TERM
    if ((owns_run_dir)); then
        remove_run_files
    fi
}

# Some parents send a signal twice (to the group, and to us): only one that comes later is impatience.
on_late_signal() {
    if ((SECONDS > finish_began_s + 1)); then
        hurry=1
    fi
}

on_signal() {
    say 'stopping: requests in hand are finished first'
    exit 0
}

main() {
    # by its own location, so that it can be called from anywhere; administrators' programs are not in every PATH
    project_dir=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
    cd -- "$project_dir"
    PATH=$PATH:/usr/sbin:/sbin

    read_settings
    check_programs
    take_run_dir
    trap finish EXIT
    trap on_signal INT TERM HUP QUIT
    trap : PIPE     # a reader of our output that is gone is no reason to die; see say

    check_port
    choose_database
    check_database
    check_cache_dir
    check_settings
    write_nginx_conf

    start_pool worker.sock "$WORKERS"
    serve_pid=$!
    start_pool compute.sock "$COMPUTE_WORKERS"
    compute_pid=$!
    ! has_other_hosts || start_follower
    start_nginx
    wait_until_answered
    announce
    watch_children
}

main
