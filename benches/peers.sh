#!/usr/bin/env bash
# Reads the same generated log with our reader, with a memchr scan that owns its strings (the practical floor),
# and with other people's readers where they are installed; prints CPU seconds and peak memory of each.
#
#   benches/peers.sh [CONTACTS]        # default 200000
#
# Peers: pip install adif-io; npm install adif-parser-ts (in the directory PEERS_NODE names); python3 with sqlite3.
set -euo pipefail
cd "$(dirname "$0")/.."
contacts=${1:-200000}
runs=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release --locked --quiet --features testkit --example adif_tool
target=$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])')
tool="$target/release/examples/adif_tool"
"$tool" generate "$contacts" > "$work/log.adi"
printf '%s contacts, %s bytes\n' "$contacts" "$(stat -c %s "$work/log.adi")"

cat > "$work/once.py" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{usage.ru_utime + usage.ru_stime:.3f} {usage.ru_maxrss // 1024}")
PY

# Median of user+system seconds and of peak memory over the runs.
measure() {
  local name=$1
  shift
  for _ in $(seq "$runs"); do python3 "$work/once.py" "$@"; done | sort -n |
    awk -v name="$name" '{cpu[NR]=$1; mem[NR]=$2} END {m=int((NR+1)/2); printf "%-34s %7.3f CPU s  %5d MB peak  (min %.3f, max %.3f)\n", name, cpu[m], mem[m], cpu[1], cpu[NR]}'
}

measure "memchr scan, owned strings" "$tool" scan "$work/log.adi"
measure "shackbox reader" "$tool" read "$work/log.adi"
measure "shackbox reader + contacts" "$tool" contacts "$work/log.adi"

if python3 -c 'import adif_io' 2>/dev/null; then
  measure "PyPI adif-io" python3 -c 'import adif_io,sys; print(len(adif_io.read_from_file(sys.argv[1])[0]))' "$work/log.adi"
else
  echo "PyPI adif-io: not installed"
fi
node_dir=${PEERS_NODE:-.}
if [ -d "$node_dir/node_modules/adif-parser-ts" ]; then
  cat > "$node_dir/.peer.cjs" <<'JS'
const { AdifParser } = require("adif-parser-ts");
console.log(AdifParser.parseAdi(require("fs").readFileSync(process.argv[2], "utf8")).records.length);
JS
  measure "npm adif-parser-ts" node "$node_dir/.peer.cjs" "$work/log.adi"
  rm -f "$node_dir/.peer.cjs"
else
  echo "npm adif-parser-ts: not installed (set PEERS_NODE to a directory that has it)"
fi
if python3 -c 'import adif_io, sqlite3' 2>/dev/null; then
  cat > "$work/sqlite.py" <<'PY'
# What it costs SQLite to keep the same rows with three indexes; parsing is not counted.
import adif_io, os, sqlite3, sys, time
rows = [(r["CALL"], r["QSO_DATE"] + r["TIME_ON"], r["BAND"], r.get("FREQ"), r["MODE"], r.get("RST_SENT"), r.get("RST_RCVD"),
         r.get("GRIDSQUARE"), r.get("STATION_CALLSIGN"), r.get("NAME")) for r in adif_io.read_from_file(sys.argv[1])[0]]
base = sys.argv[2]
before, wall = time.process_time(), time.perf_counter()
db = sqlite3.connect(base)
db.execute("pragma journal_mode=wal")
db.execute("create table qso(id integer primary key, call, start, band, freq, mode, rs, rr, grid, station, name)")
for i, cols in enumerate(["call, start", "start", "band, mode, start"]):
    db.execute(f"create index i{i} on qso({cols})")
with db:
    db.executemany("insert into qso(call,start,band,freq,mode,rs,rr,grid,station,name) values(?,?,?,?,?,?,?,?,?,?)", rows)
db.close()
print(f"SQLite insert, 3 indexes           {time.process_time()-before:7.3f} CPU s  {time.perf_counter()-wall:.3f} s wall, file {os.path.getsize(base)//1048576} MB")
PY
  python3 "$work/sqlite.py" "$work/log.adi" "$work/log.sqlite"
fi
