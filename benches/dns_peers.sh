#!/usr/bin/env bash
# The same zone and the same questions put to NSD, Knot, PowerDNS with SQLite and us, one after the other, each with one
# worker on processor 0 and dnsperf on processor 1; prints CPU seconds for a million questions, and the user part.
#
#   cargo build --release
#   benches/dns_peers.sh target/release/shackbox [NAMES]          # default 10000
#
# Ours is the whole program. Needs dnsperf; servers that are not installed are left out: nsd, knotd, pdns_server with its SQLite backend.
# RUNS (default 3) rounds of SECONDS_EACH (default 6); the middle round of each counts.
set -euo pipefail
shackbox=$(realpath "${1:?the program to measure}")
names=${2:-10000}
cd "$(dirname "$0")/.."
runs=${RUNS:-3}
each=${SECONDS_EACH:-6}
port=${PORT:-5391}
command -v dnsperf > /dev/null || { echo "dnsperf is not installed"; exit 0; }
work=$(mktemp -d)
chmod 755 "$work"
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT

benches/names.py zone "$names" > "$work/zone"
benches/names.py queries "$names" 200000 > "$work/queries"
awk '/no[0-9]+\.club/ {n++} END {printf "%d questions, %.1f %% of names that are missing\n", NR, 100*n/NR}' "$work/queries"
ticks=$(getconf CLK_TCK)

# A process and all below it.
family() {
  local child
  echo "$1"
  for child in $(pgrep -P "$1"); do family "$child"; done
}

# User and system ticks of a process and all below it.
spent() {
  local user=0 system=0 pid u s
  for pid in $(family "$1"); do
    read -r u s < <(sed 's/.*) //' "/proc/$pid/stat" 2> /dev/null | cut -d' ' -f12,13) || continue
    user=$((user + u)) system=$((system + s))
  done
  echo "$user $system"
}

# One server: its name, then its command. Waits until it answers, asks, ends it.
measure() {
  local name=$1 pid round before after done_
  shift
  taskset -c 0 "$@" > "$work/log" 2>&1 &
  pid=$!
  server=$pid
  for _ in $(seq 100); do
    dig +short +time=1 +tries=1 -p "$port" @127.0.0.1 ns1.club.example A 2> /dev/null | grep -q 192.0.2.53 && break
    sleep 0.1
  done
  if ! dig +short +time=1 +tries=1 -p "$port" @127.0.0.1 ns1.club.example A | grep -q 192.0.2.53; then
    echo "$name does not answer:"; tail -3 "$work/log"; kill "$pid" 2> /dev/null || true; server=; return
  fi
  taskset -c 1 dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -c 8 -T 1 -q 100 -l 1 > /dev/null
  for round in $(seq "$runs"); do
    before=$(spent "$pid")
    taskset -c 1 dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -c 8 -T 1 -q 100 -l "$each" > "$work/perf"
    after=$(spent "$pid")
    done_=$(awk '/Queries completed/ {print $3}' "$work/perf")
    echo "$before $after $done_ $(awk '/Queries lost/ {print $3}' "$work/perf") $ticks"
  done | awk '{u=($3-$1)/$7; s=($4-$2)/$7; m=$5/1e6; printf "%.2f %.2f %d %d\n", (u+s)/m, u/m, $5, $6}' | sort -n |
    awk -v name="$name" '{line[NR]=$0} END {split(line[int((NR+1)/2)], f, " "); printf "%-22s %6.2f CPU s/M  %5.2f user s/M  %9d/s of CPU  %d lost\n", name, f[1], f[2], 1e6/f[1], f[4]}'
  kill "$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
  server=
}

export SHACKBOX_DATA_DIR="$work/data" SHACKBOX_WEB__LISTEN=127.0.0.1:0 SHACKBOX_CLUSTER__LISTEN=off SHACKBOX_LOG__LEVEL=warn
export SHACKBOX_DNS__LISTEN="127.0.0.1:$port" SHACKBOX_DNS__WORKERS=1
mkdir -m 700 "$work/data"
"$shackbox" user add K6BP --admin > /dev/null
"$shackbox" dns import club.example "$work/zone" > /dev/null
measure "Shackbox" "$shackbox"

if command -v nsd > /dev/null; then
  cat > "$work/nsd.conf" << EOF
server:
  server-count: 1
  ip-address: 127.0.0.1@$port
  username: ""
  zonesdir: "$work"
  database: ""
  pidfile: ""
  xfrdfile: "$work/xfrd.state"
  zonelistfile: "$work/zone.list"
  minimal-responses: yes
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: club.example
  zonefile: zone
EOF
  measure "NSD" nsd -d -c "$work/nsd.conf"
fi

if command -v knotd > /dev/null; then
  mkdir -p "$work/knot"
  cat > "$work/knot.conf" << EOF
server:
  listen: 127.0.0.1@$port
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  rundir: $work/knot
database:
  storage: $work/knot
zone:
  - domain: club.example
    file: $work/zone
EOF
  measure "Knot" knotd -c "$work/knot.conf"
fi

schema=/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
if command -v pdns_server > /dev/null && command -v zone2sql > /dev/null && [ -f "$schema" ]; then
  python3 - "$work" "$schema" << 'EOF'
import sqlite3, subprocess, sys
work, schema = sys.argv[1:]
db = sqlite3.connect(f"{work}/pdns.db")
db.executescript(open(schema).read())
made = subprocess.run(["zone2sql", "--gsqlite", f"--zone={work}/zone", "--zone-name=club.example"], capture_output=True, text=True)
db.executescript("pragma synchronous=off; begin; " + made.stdout + "; commit;")
EOF
  mkdir -p "$work/pdns"
  cat > "$work/pdns.conf" << EOF
launch=gsqlite3
gsqlite3-database=$work/pdns.db
local-address=127.0.0.1
local-port=$port
socket-dir=$work/pdns
receiver-threads=1
distributor-threads=1
setuid=
setgid=
EOF
  measure "PowerDNS, SQLite" pdns_server --config-dir="$work" --daemon=no --guardian=no
fi
