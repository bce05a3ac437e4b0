# For the scripts of this folder, which source it: hosts a, b and c that share a PostgreSQL. Each is a network namespace with an
# nginx, pools, a follower and a CACHE_DIR of its own; the PostgreSQL is in a fourth, and a bridge in a fifth holds the cables.
# Where namespaces cannot be made (no root, a container): three ports of this machine, and no cable to cut (has_cables).
#
#     cluster [DATA_MIB]               the network and the PostgreSQL, with a store
#     start_host HOST [NAME=VALUE...]  what stop_host stops
#     on HOST COMMAND...               there
#     ask HOST QUERY [CURL OPTIONS]    a report: as `report` of lib.sh
#     unplug HOST, plug HOST           whatever is sent over its cable is lost, without a word
# shellcheck shell=bash
# shellcheck disable=SC2034  # some of it is for the scripts that source it
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=tests/postgresql.sh
source "$PROJECT_DIR/tests/postgresql.sh"

HOSTS=(a b c)
declare -A host_pid=() host_port=()
readonly net=rr$$ subnet=10.77.0
readonly -A address=([a]=$subnet.1 [b]=$subnet.2 [c]=$subnet.3 [db]=$subnet.10)
has_cables=0

## The network

add_place() { # NAME: a namespace, on a cable to the bridge
    ip netns add "$net-$1" &&
        ip -n "$net-room" link add "port-$1" type veth peer name eth0 netns "$net-$1" &&
        ip -n "$net-room" link set "port-$1" master bridge up &&
        ip -n "$net-$1" addr add "${address[$1]}/24" dev eth0 &&
        ip -n "$net-$1" link set eth0 up && ip -n "$net-$1" link set lo up
}

make_network() {
    local place
    ip netns add "$net-room" && ip -n "$net-room" link add bridge type bridge && ip -n "$net-room" link set bridge up || return
    for place in "${HOSTS[@]}" db; do add_place "$place" || return; done
}

remove_network() {
    local place
    for place in "${HOSTS[@]}" db room; do ip netns del "$net-$place" 2>/dev/null; done
}

# What stands before a command that is to run on a host.
at() {
    there=()
    ((!has_cables)) || there=(nsenter --net="/run/netns/$net-$1" --)
}
on() { # HOST COMMAND...
    local there
    at "$1"
    "${there[@]}" "${@:2}"
}

# The cable is taken out of the bridge: both ends look well, and nothing arrives.
unplug() { ip -n "$net-room" link set "port-$1" nomaster; }
plug() { ip -n "$net-room" link set "port-$1" master bridge; }

cluster() { # [DATA_MIB]
    if make_network 2>"$work_dir/network.log"; then
        has_cables=1 PG_ADDRESS=${address[db]} PG_ON=(nsenter --net="/run/netns/$net-db" --)
    else
        remove_network
        printf '# no network namespaces here (%s): three ports of this machine, and no cable is cut\n' "$(head -n 1 "$work_dir/network.log")"
    fi
    pg_make "$@" && pg_start && pg_new_store shared || { fail 'PostgreSQL with a store'; finish; }
}

clean_up_cluster() {
    local host
    for host in "${!host_pid[@]}"; do signal_makers "$host" CONT; done
    stop_host "${!host_pid[@]}"
    pg_clean_up
    remove_network
    clean_up
}
trap clean_up_cluster EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

## Hosts

cache_of() { echo "$work_dir/$1/cache"; }
log_of() { cat "$work_dir/$1/run/worker.log"; }

# The settings of a host's programs.
settings_of() { settings=(CACHE_DIR="$work_dir/$1/cache" WORK_DIR="$work_dir/$1/copies" DB_PATH="$work_dir/$1/crm.db"); }

# A command of the operator there.
operate() { # HOST COMMAND [OPTION...]
    local settings
    settings_of "$1"
    on "$1" env "${settings[@]}" "$CLI" "${@:2}"
}

start_host() { # HOST [NAME=VALUE...]
    local host=$1 try log=$work_dir/$1/run.log there settings
    at "$host"
    settings_of "$host"
    mkdir -p "$work_dir/$host"
    for try in 1 2 3 4 5; do
        host_port[$host]=$((20000 + RANDOM % 20000))
        : >"$log"
        "${there[@]}" env "${settings[@]}" RUN_DIR="$work_dir/$host/run" PORT="${host_port[$host]}" WORKERS=2 COMPUTE_WORKERS=2 "${@:2}" \
            "$PROJECT_DIR/nginx/run.sh" >"$log" 2>&1 &
        host_pid[$host]=$!
        until grep -q '^listening on' "$log"; do
            kill -0 "${host_pid[$host]}" 2>/dev/null || continue 2
            sleep 0.05
        done
        return 0
    done
    fail "host $host starts (try $try)" "$(cat "$log")"
    finish
}

# One snapshot of the CRM for all, by a name of its own on each.
start_hosts() { # CRM [NAME=VALUE...]
    local host crm=$1
    shift
    for host in "${HOSTS[@]}"; do mkdir -p "$work_dir/$host" && ln "$crm" "$work_dir/$host/crm.db"; done
    for host in "${HOSTS[@]}"; do start_host "$host" "$@"; done
}

stop_host() { # HOST...
    local host
    for host in "$@"; do kill -TERM "${host_pid[$host]}" 2>/dev/null; done
    for host in "$@"; do
        wait "${host_pid[$host]}" 2>/dev/null
        unset "host_pid[$host]"
    done
}

makers_of() { # HOST: workers of the pool that makes reports
    local service_pid=${host_pid[$1]}
    worker_pids compute
}
follower_of() { pgrep -f ' follow$' --session "$(pgrep -P "${host_pid[$1]}" -f multiwatch | paste -sd,)"; } # HOST
signal_makers() { makers_of "$1" | xargs kill "-$2" 2>/dev/null; } # HOST SIGNAL; fails where there is none

url_of() { echo "http://127.0.0.1:${host_port[$1]}$API$2"; } # HOST QUERY

# ask HOST QUERY [CURL OPTIONS]: the answer in $status, $body_file, $head_file, and $elapsed_ms.
ask() {
    local began_ms
    : >"$body_file"
    began_ms=$(now_ms)
    status=$(on "$1" curl -sS -o "$body_file" -D "$head_file" -w '%{http_code}' "${@:3}" "$(url_of "$1" "$2")" 2>/dev/null)
    elapsed_ms=$(($(now_ms) - began_ms))
}

# The same without waiting for it: what came is in $work_dir/NAME.{status,body}, once `wait` has returned.
ask_later() { # NAME HOST QUERY [CURL OPTIONS]
    on "$2" curl -sS -o "$work_dir/$1.body" -w '%{http_code} %header{x-report-source}' "${@:4}" "$(url_of "$2" "$3")" >"$work_dir/$1.status" 2>/dev/null &
    later_pids+=($!)
}
later_pids=()
wait_for_answers() { wait "${later_pids[@]}"; later_pids=(); }

# within SECONDS COMMAND...: does it succeed before that?
within() {
    local until_ms=$(($(now_ms) + $1 * 1000))
    until "${@:2}" >/dev/null 2>&1; do
        (($(now_ms) < until_ms)) || return 1
        sleep 0.1
    done
}

## What all must agree about

# The host that holds the lock among hosts; nothing where none does. By the address of its session, or its port.
holder() {
    local host name
    name=$(pg_sql shared "SELECT host(client_addr) || ' ' || client_port FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted LIMIT 1")
    for host in "${HOSTS[@]}"; do
        if ((has_cables)); then
            [[ ${name% *} != "${address[$host]}" ]] || echo "$host"
        elif [[ -n $name ]] && ss -Htnp "sport = :${name#* }" | grep -oP 'pid=\K[0-9]+' | grep -qxFf <(makers_of "$host"); then
            echo "$host"
        fi
    done
}
has_holder() { [[ -n $(holder) ]]; }

# All that a host would answer with: reports and status, by content.
files_of() { (cd "$(cache_of "$1")" && find . -path ./.versions -prune -o -name '*.json' -type f -print | sort | xargs -r sha256sum); }
files_agree() {
    local host
    for host in "${HOSTS[@]}"; do [[ $(files_of "$host") == "$(files_of a)" ]] || return 1; done
}
same_files() { # NAME: ten seconds are enough
    if within 10 files_agree; then
        pass "$1 ($(files_of a | wc -l) files)"
    else
        fail "$1" "$(for host in "${HOSTS[@]}"; do diff <(files_of a) <(files_of "$host") | sed "s/^/$host /"; done)"
    fi
}

# The run that a host's copy of a report comes from.
run_of() { head -n 1 "$(cache_of "$1")/$2.json" 2>/dev/null | sed -n 's/.*"job_run_id":"\([^"]*\)".*/\1/p'; } # HOST DATE
all_have_run() { # DATE RUN
    local host
    for host in "${HOSTS[@]}"; do [[ $(run_of "$host" "$1") == "$2" ]] || return 1; done
}

median() { sort -n | awk '{n[NR] = $1} END {print n[int((NR + 1) / 2)]}'; }
