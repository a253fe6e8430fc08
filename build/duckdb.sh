#!/usr/bin/env bash
# Fetches DuckDB's library, which reads Parquet, CSV and zstd files, into artifacts/native/duckdb. It comes from the npm package of
# DuckDB's Node bindings; the archive must have the pinned hash. Nothing is fetched when the pinned library is already there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

package=@duckdb/node-bindings-linux-x64@1.5.6-r.1
archive_sha256=1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff
folder=artifacts/native/duckdb
stamp=$folder/$archive_sha256

[[ -e $stamp && -e $folder/libduckdb.so ]] && exit 0
if [[ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]]; then
  echo "build/duckdb.sh: this fetches the library for Linux on x86-64 only; set ZEPHYR_DUCKDB to a libduckdb of version 1.5." >&2
  exit 1
fi
if ! command -v npm >/dev/null 2>&1; then
  echo "build/duckdb.sh: npm is not on PATH; install it (apt-get install --yes npm), or set ZEPHYR_DUCKDB to a libduckdb of version 1.5." >&2
  exit 1
fi

mkdir -p "$folder"
work=$(mktemp --directory "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "Fetching $package ..."
npm pack --silent --pack-destination "$work" "$package" >/dev/null
archive=$(echo "$work"/*.tgz)
echo "$archive_sha256  $archive" | sha256sum --check --status || {
  echo "build/duckdb.sh: the archive of $package has SHA-256 $(sha256sum "$archive" | cut -d' ' -f1), not the pinned $archive_sha256; it is not used." >&2
  exit 1
}
tar --extract --gzip --file "$archive" --directory "$work" package/libduckdb.so package/LICENSE
mv "$work/package/LICENSE" "$folder/LICENSE"
mv "$work/package/libduckdb.so" "$folder/libduckdb.so"
: >"$stamp"
