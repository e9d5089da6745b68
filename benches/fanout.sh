#!/usr/bin/env bash
# Spots to thousands of websockets: Shackbox, and broadcast servers of others where they are installed, under the same
# load; prints what arrived and when, the server's CPU seconds per million messages and its memory per connection.
#
#   benches/fanout.sh                  # all loads; the machine should have nothing else to do
#
# Peers: pip install websockets for the `python3` in PATH (or PEERS_PYTHON); npm install ws in the directory PEERS_NODE names.
# SHACKBOX and FANOUT name the two programs where they are built already; SECONDS_EACH=3 only shows that all of it works.
set -euo pipefail
fail() {
  echo "fanout.sh: $*" >&2
  exit 1
}
for program in "${SHACKBOX:-}" "${FANOUT:-}"; do
  [ -z "$program" ] || [ -x "$program" ] || fail "$program is no program"
done
shackbox=${SHACKBOX:+$(realpath "$SHACKBOX")}
tool=${FANOUT:+$(realpath "$FANOUT")}
cd "$(dirname "$0")/.."
port=${PORT:-18173}
feed=${FEED_PORT:-17399}
seconds=${SECONDS_EACH:-20}
python=${PEERS_PYTHON:-python3}
# 5,000 connections are as many open files on either side.
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge 5200 ] || ulimit -n 5200 2>/dev/null ||
  fail "5,200 open files are needed, $(ulimit -n) allowed: raise \`ulimit -n\`"
(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && fail "port $port is in use; PORT=... chooses another"

if [ -z "$shackbox" ] || [ -z "$tool" ]; then
  command -v cargo > /dev/null || fail "cargo is needed to build what SHACKBOX and FANOUT do not name"
  target=${CARGO_TARGET_DIR:-target}
fi
if [ -z "$shackbox" ]; then
  cargo build --release --locked --quiet
  shackbox=$target/release/shackbox
fi
if [ -z "$tool" ]; then
  cargo build --release --locked --quiet --features testkit --example fanout
  tool=$target/release/examples/fanout
fi
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

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
  rm -rf "$work/data" && mkdir -m 700 "$work/data"
  printf '[[cluster.upstreams]]\nhost = "127.0.0.1"\nport = %d\nlogin = "N0CALL"\n' "$feed" > "$work/data/shackbox.toml"
  SHACKBOX_SOURCES__COUNTRY__ENABLED=false SHACKBOX_SOURCES__LOTW__ENABLED=false SHACKBOX_BACKUP__ENABLED=false \
    "$shackbox" --data-dir "$work/data" --listen "127.0.0.1:$port" > "$work/log" 2>&1 &
  server=$!
  for _ in $(seq 100); do grep -q '^Open ' "$work/log" && break || sleep 0.1; done
  local key
  if ! { echo "$work" | "$shackbox" user add --data-dir "$work/data" --verified --password-stdin K6BP &&
    key=$("$shackbox" apikey create --data-dir "$work/data" --scope dx.read --scope dx.write K6BP); } > "$work/made" 2>&1; then
    fail "no account could be made: $(cat "$work/made" "$work/log")"
  fi
  load shackbox --key "$key" "$@"
}

peers() {
  if "$python" -c 'import websockets' 2>/dev/null; then
    "$python" benches/fanout/broadcast.py "$port" 2> /dev/null & server=$!
    load websockets --peer "$@"
  else
    echo "websockets is not installed for $python"
  fi
  if PEERS_NODE=${PEERS_NODE:-$PWD} node -e 'require("node:module").createRequire(`${process.env.PEERS_NODE}/`)("ws")' 2>/dev/null; then
    PEERS_NODE=${PEERS_NODE:-$PWD} node benches/fanout/broadcast.mjs "$port" & server=$!
    load ws --peer "$@"
  else
    echo "ws is not installed in ${PEERS_NODE:-$PWD}"
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
