#!/usr/bin/env bash
# Writes store.db.br with an older version, whose launcher is the first argument; run it beside the configs.
set -eu
ablate=${1:?the launcher of the version to keep}
folder=$(mktemp -d)
cp ../names.txt old.yaml odd.yaml "$folder"
target=$PWD/store.db.br
cd "$folder"
"$ablate" run old.yaml --workers 1
"$ablate" run odd.yaml --only 'wild or early or gone' --workers 1 || true # one diverges
"$ablate" run odd.yaml --only slow --workers 1 &
sleep 2
kill -INT $! && wait $! || true
"$ablate" run old.yaml --only "plain seed:1" --steps 30 --workers 1
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
  update run set config = json_set(config, '\$.data.file', '/home/ada/makemore1/names.txt');
  update run set provenance = json_set(provenance, '\$.host', 'laptop', '\$.os', 'Linux x64');
  update run set pid = 99999999 where state = 'running';
  delete from checkpoint where run_id not in (1, 10, 11);
  pragma wal_checkpoint(truncate);
  vacuum;"
node -e '
  const { brotliCompressSync, constants } = require("node:zlib");
  const bytes = require("node:fs").readFileSync("ablate.db");
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24 };
  require("node:fs").writeFileSync(process.argv[1], brotliCompressSync(bytes, { params }));
' "$target"
