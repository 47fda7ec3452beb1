#!/bin/sh
# The labs and their schema agree. top_srcdir: the top of the source tree.
if ! command -v python3 >/dev/null; then
  echo "1..0 # SKIP python3 is not installed"
  exit 0
fi
here=$(cd "$(dirname "$0")" && pwd)
exec python3 "$here/test-lab-schema.py" "${top_srcdir:-$here/../..}"
