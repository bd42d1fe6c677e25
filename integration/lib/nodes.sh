# shellcheck shell=bash
# Nodes (namespaces kept by a holder process) and the processes in them.
# Decides: how a node is made, how a program starts in it, how everything ends.

declare -A holder_of=() # node -> process whose namespaces are the node
bench=""                # folder of this run: logs, reports, records

# With detached=1 what is started outlives the script (scripts/demo up); otherwise it dies with it.
detached=${detached:-0}

# A prefix, not a function: `$!` must be the program itself, not a shell around it.
tie=(setpriv --pdeathsig KILL)
((detached)) && tie=(setsid)

# What a holder does inside its new namespaces; $1 is the host name, $2 the file that says "ready".
# A plain string: it runs in a fresh shell.
# shellcheck disable=SC2016
holder_script='
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/flywall /run/lock /run/upper /run/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work overlay /etc
mkdir -p /etc/flywall /etc/keepalived
mount -t tmpfs -o mode=755 tmpfs /var/lib
mkdir -p /var/lib/flywall
mount -t sysfs sysfs /sys
hostname "$1"
ip link set lo up
touch "$2"
exec sleep infinity
'

# make_node NAME
make_node() {
  local name=$1
  "${tie[@]}" unshare --net --uts --mount --propagation private -- \
    bash -c "$holder_script" holder "$name" "$bench/$name.ready" \
    </dev/null >"$bench/$name.holder" 2>&1 &
  holder_of[$name]=$!
  disown
  await 10 test -e "$bench/$name.ready" || {
    cat "$bench/$name.holder" >&2
    echo "cannot make node $name (namespaces, tmpfs and overlay are needed, as root)" >&2
    exit 1
  }
  # Whatever went wrong: nothing of this may ever happen to the machine's own network.
  [[ $(readlink "/proc/${holder_of[$name]}/ns/net") != $(readlink /proc/$$/ns/net) ]] || {
    echo "node $name has no network of its own" >&2
    exit 1
  }
}

# on NODE COMMAND...: runs it there and waits.
on() {
  local node=$1
  shift
  nsenter --target "${holder_of[$node]}" --net --uts --mount -- "$@"
}

# loudly NODE COMMAND...: the same, printed first.
loudly() {
  note "[$1] ${*:2}"
  on "$@"
}

# spawn NODE LOG COMMAND...: starts it there in the background; its process id is then in $spawned.
# nsenter becomes the program, so the id is the program's own.
spawn() {
  local node=$1 log=$2
  shift 2
  "${tie[@]}" nsenter --target "${holder_of[$node]}" --net --uts --mount -- "$@" </dev/null >>"$log" 2>&1 &
  spawned=$!
  disown
}

# A process that has ended but was not yet reaped counts as ended.
alive() { [[ -r /proc/$1/stat ]] && [[ $(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) != [ZX] ]]; }
ended() { ! alive "$1"; }

# end_process PID: asks, waits up to five seconds, insists.
end_process() {
  kill -TERM "$1" 2>/dev/null || return 0
  await 5 ended "$1" || kill -KILL "$1" 2>/dev/null || true
}

kill_by_pidfile() {
  local pid
  pid=$(cat "$1") && kill -KILL "$pid"
}

# Every process inside a node's network, by id. All of them are ours: nobody else has the namespace.
processes_of() {
  local network
  network=$(readlink "/proc/${holder_of[$1]}/ns/net") || return 0
  # find takes a pattern, and the name has brackets in it.
  find /proc/[0-9]*/ns/net -maxdepth 0 -lname "${network/\[/\\[}" 2>/dev/null | cut -d/ -f3
}

end_nodes() {
  local node pid all=()
  for node in "${!holder_of[@]}"; do
    mapfile -t -O "${#all[@]}" all < <(processes_of "$node")
  done
  for pid in "${all[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  for pid in "${all[@]}"; do await 5 ended "$pid" || true; done
  holder_of=()
}

# start_run: the folder of this run, and the promise that everything ends with it.
start_run() {
  set -E
  trap 'note "line $LINENO of ${BASH_SOURCE[0]##*/} ended the script: $BASH_COMMAND"' ERR
  bench=$(mktemp -d "${TMPDIR:-/tmp}/flywall-bench.XXXXXX")
  trap end_run EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# On failure the logs are worth more than a tidy folder: KEEP=1 keeps them.
end_run() {
  local status=$?
  trap '' INT TERM HUP
  trap - ERR
  end_nodes
  if [[ -n ${KEEP:-} ]]; then note "logs are in $bench"; else rm -rf "$bench"; fi
  trap - EXIT
  exit "$status"
}
