#!/usr/bin/env bash
# The callbook beside SQLite with FTS5, on one machine in one run: import, size, memory, searches in process and over HTTP.
# Usage: benches/callbook_peers.sh [LICENCES] [FOLDER]; needs sqlite3, Python 3 with FTS5, GNU time.
set -euo pipefail
cd "$(dirname "$0")/.."
licences="${1:-800000}"
folder="${2:-$(mktemp -d)}"
cargo build --release --locked
cargo build --release --locked --features testkit --example uls
target="${CARGO_TARGET_DIR:-target}/release"
mkdir -p "$folder/full" "$folder/day"
"$target/examples/uls" "$folder/full" "$licences" 1
"$target/examples/uls" "$folder/day" "$licences" 1 day 1 2000
exec python3 benches/callbook_peers.py "$target/shackbox" "$folder"
