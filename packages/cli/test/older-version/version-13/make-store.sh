#!/usr/bin/env bash
# Writes store.db.br with an older version, whose launcher is the first argument; run it beside the config.
set -eu
ablate=${1:?the launcher of the version to keep}
# What it records of the machine and of the config is under digests: it is another machine's from the beginning.
[ "$(hostname)" = laptop ] ||
  exec unshare --uts sh -c 'hostname laptop && exec bash "$0" "$@"' "$0" "$@"
folder=/home/ada/names
mkdir -p "$folder"
cp ../names.txt old.yaml "$folder"
target=$PWD/store.db.br
breakpoint=$PWD/../../breakpoint.ts
cd "$folder"
# Begins a run whose worker stands still before it sends its checkpoint of this number.
begin() {
  rm -f worker-0.pid
  NODE_OPTIONS="--import=$breakpoint" BREAK_AT="checkpoint $2 SIGSTOP" \
    "$ablate" run old.yaml --only "$1" --workers 1 &
  until [ -s worker-0.pid ] && grep -q "^State:.T" "/proc/$(cat worker-0.pid)/status"; do sleep 0.1; done
}
"$ablate" run old.yaml --only done --workers 1
begin stopped 2
kill -TERM $!
sleep 1
kill -CONT "$(cat worker-0.pid)"
wait $! || true
begin killed 3
sleep 1
kill -KILL $! "$(cat worker-0.pid)"
wait $! || true
sqlite3 ablate.db "
  update run set pid = 99999999 where state = 'running';
  pragma wal_checkpoint(truncate);
  vacuum;"
node -e '
  const { brotliCompressSync, constants } = require("node:zlib");
  const bytes = require("node:fs").readFileSync("ablate.db");
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24 };
  require("node:fs").writeFileSync(process.argv[1], brotliCompressSync(bytes, { params }));
' "$target"
rm -r "$folder"
