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
cd "$folder"
"$ablate" run old.yaml --workers 1
"$ablate" tag old/plain keep
sqlite3 ablate.db "pragma wal_checkpoint(truncate); vacuum;"
node -e '
  const bytes = require("node:fs").readFileSync("ablate.db");
  require("node:fs").writeFileSync(process.argv[1], require("node:zlib").brotliCompressSync(bytes));
' "$target"
rm -r "$folder"
