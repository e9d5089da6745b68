#!/usr/bin/env bash
# Spots to thousands of websockets: Shackbox, and broadcast servers of others where they are installed, under the same
# load; prints what arrived and when, the server's CPU seconds per million messages and its memory per connection.
#
#   benches/fanout.sh                  # all loads; the machine should have nothing else to do
#
# Peers: pip install websockets for the `python3` in PATH (or PEERS_PYTHON); npm install ws in the directory PEERS_NODE names.
# 5,000 connections need 5,100 open files on either side: `ulimit -n`.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${PORT:-18173}
feed=${FEED_PORT:-17399}
seconds=${SECONDS_EACH:-20}
python=${PEERS_PYTHON:-python3}
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

if [ -z "${SHACKBOX:-}" ]; then
  cargo build --release --locked --quiet
fi
cargo build --release --locked --quiet --features testkit --example fanout
target=$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])')
shackbox=${SHACKBOX:-$target/release/shackbox}
tool="$target/release/examples/fanout"

# Runs the tool once the port answers: load NAME TOOL-OPTIONS...
load() {
  local name=$1
  shift
  for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break || sleep 0.1; done
  printf '%-10s ' "$name"
  "$tool" "127.0.0.1:$port" --pid "$server" --seconds "$seconds" "$@"
  kill "$server" && wait "$server" 2>/dev/null || true
}

ours() {
  rm -rf "$work/data" && mkdir "$work/data"
  printf '[[cluster.upstreams]]\nhost = "127.0.0.1"\nport = %d\nlogin = "N0CALL"\n' "$feed" > "$work/data/shackbox.toml"
  "$shackbox" --data-dir "$work/data" --listen "127.0.0.1:$port" > "$work/log" 2>&1 &
  server=$!
  for _ in $(seq 100); do [ -S "$work/data/admin.sock" ] || [ -e "$work/data/lock" ] && break || sleep 0.1; done
  sleep 2
  echo "$work" | "$shackbox" user add --data-dir "$work/data" --verified --password-stdin K6BP > /dev/null 2>&1
  local key
  key=$("$shackbox" apikey create --data-dir "$work/data" --scope dx.read --scope dx.write K6BP 2> /dev/null)
  load shackbox --key "$key" "$@"
}

peers() {
  if "$python" -c 'import websockets' 2>/dev/null; then
    "$python" benches/fanout/broadcast.py "$port" 2> /dev/null & server=$!
    load websockets --peer "$@"
  fi
  if PEERS_NODE=${PEERS_NODE:-$PWD} node -e 'require("node:module").createRequire(`${process.env.PEERS_NODE}/`)("ws")' 2>/dev/null; then
    PEERS_NODE=${PEERS_NODE:-$PWD} node benches/fanout/broadcast.mjs "$port" & server=$!
    load ws --peer "$@"
  fi
}

ours --subs 1000 --rate 2
for load in "--subs 1000 --rate 20" "--subs 1000 --rate 100" "--subs 5000 --rate 63"; do
  # shellcheck disable=SC2086 # several words
  ours $load
  # shellcheck disable=SC2086
  peers $load
done
ours --subs 1000 --rate 100 --feed "127.0.0.1:$feed"
ours --subs 5000 --rate 63 --feed "127.0.0.1:$feed"
ours --subs 1000 --rate 100 --together 10
ours --subs 1000 --rate 100 --seconds 40 --stalled 10
