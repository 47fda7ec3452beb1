#!/bin/sh
# What is told of every scenario that comes with the program. TEARDOWN: the program; top_srcdir: the top of the tree.
if ! command -v python3 >/dev/null; then
  echo "1..0 # SKIP python3 is not installed"
  exit 0
fi
here=$(cd "$(dirname "$0")" && pwd)
tree=${top_srcdir:-$here/../..}
exec python3 "$here/test-library.py" "${TEARDOWN:-$tree/build/teardown}" "$tree"
