#!/usr/bin/env bash
# Writes the store of an older version: bash make-store.sh LAUNCHER [FOLDER]. LAUNCHER is that of the version to keep,
# FOLDER has its configs and gets the store; it is `.`, the oldest version, unless given.
set -eu
ablate=${1:?the launcher of the version to keep}
version=${2:-.}
if [ "$version" = . ]; then
  again=plain steps=90 rest=''
else
  again='plain seed:1' steps=30
  rest="
    update run set config = json_set(config, '\$.data.file', '/home/ada/makemore1/names.txt');
    delete from checkpoint where run_id not in (1, 10, 11);"
fi
folder=$(mktemp -d)
cp names.txt "$version/old.yaml" "$version/odd.yaml" "$folder"
target=$PWD/$version/store.db
cd "$folder"
"$ablate" run old.yaml --workers 1
"$ablate" run odd.yaml --only 'wild or early or gone' --workers 1 || true # one diverges
"$ablate" run odd.yaml --only slow --workers 1 &
sleep 2
kill -INT $! && wait $! || true
"$ablate" run old.yaml --only "$again" --steps $steps --workers 1
"$ablate" run odd.yaml --only killed --workers 1 &
sleep 2
kill -KILL $! && wait $! || true
"$ablate" tag old/plain-seed=1 baseline good
"$ablate" tag old study
"$ablate" note old/normed-seed=1 "the one to beat"
"$ablate" note odd "what goes wrong"
"$ablate" rename old/deep-seed=2 deeper
"$ablate" rm odd/gone
sqlite3 ablate.db "
  update run set host = 'laptop' where host is not null;
  update run set provenance = json_set(provenance, '\$.host', 'laptop', '\$.os', 'Linux x64');
  update run set pid = 99999999 where state = 'running';
  $rest
  pragma wal_checkpoint(truncate);
  vacuum;"
if [ "$version" = . ]; then
  gzip -9 <ablate.db >"$target.gz"
  exit
fi
node -e '
  const { brotliCompressSync, constants } = require("node:zlib");
  const bytes = require("node:fs").readFileSync("ablate.db");
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24 };
  require("node:fs").writeFileSync(process.argv[1], brotliCompressSync(bytes, { params }));
' "$target.br"
