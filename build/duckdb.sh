#!/usr/bin/env bash
# Fetches DuckDB's library, which reads Parquet, CSV and zstd files, into artifacts/native/duckdb. It comes from the npm package of
# DuckDB's Node bindings. ZEPHYR_DUCKDB names another libduckdb of version 1.5.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/npm.sh

if [[ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]]; then
  echo "build/duckdb.sh: this fetches the library for Linux on x86-64 only; set ZEPHYR_DUCKDB to a libduckdb of version 1.5." >&2
  exit 1
fi

npm_files @duckdb/node-bindings-linux-x64@1.5.6-r.1 1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff artifacts/native/duckdb \
  libduckdb.so LICENSE || {
  echo "build/duckdb.sh: or set ZEPHYR_DUCKDB to a libduckdb of version 1.5." >&2
  exit 1
}
