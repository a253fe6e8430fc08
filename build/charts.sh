#!/usr/bin/env bash
# Fetches the chart library of the report into artifacts/web: Chart.js and its zoom plugin, npm packages under the MIT licence. The build
# embeds the files in the program. The archives must have the pinned hashes. Nothing is fetched when the pinned files are already there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Package, file in it, SHA-256 of the archive. A new version also goes into src/Zephyr.Experiments/Reporting/Charts/ChartLibrary.cs.
packages=(
  "chart.js@4.6.1 dist/chart.umd.min.js 9345dacdf4bb4c5d40321f4b9aafab6fe676d37a534fc0bc2d17c4c4e29c4f00"
  "chartjs-plugin-zoom@2.2.0 dist/chartjs-plugin-zoom.min.js 1a6ac051f614e85500c647dc5753000d6bd8593e8bab93d7f27323cf849e42b0"
)
folder=artifacts/web

for entry in "${packages[@]}"; do
  read -r package file archive_sha256 <<<"$entry"
  name=${package%@*}
  [[ -e $folder/$archive_sha256 && -e $folder/$(basename "$file") && -e $folder/$name.LICENSE.md ]] && continue
  if ! command -v npm >/dev/null 2>&1; then
    echo "build/charts.sh: npm is not on PATH, and the report's chart library comes from there; install it (apt-get install --yes npm)." >&2
    exit 1
  fi

  mkdir -p "$folder"
  work=$(mktemp --directory "$folder/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo "Fetching $package ..."
  npm pack --silent --pack-destination "$work" "$package" >/dev/null
  archive=$(echo "$work"/*.tgz)
  echo "$archive_sha256  $archive" | sha256sum --check --status || {
    echo "build/charts.sh: the archive of $package has SHA-256 $(sha256sum "$archive" | cut -d' ' -f1), not the pinned $archive_sha256; it is not used." >&2
    exit 1
  }
  tar --extract --gzip --file "$archive" --directory "$work" "package/$file" package/LICENSE.md
  # npm's files carry a time of 1985; a build takes a file for changed by its time.
  touch "$work/package/LICENSE.md" "$work/package/$file"
  mv "$work/package/LICENSE.md" "$folder/$name.LICENSE.md"
  mv "$work/package/$file" "$folder/$(basename "$file")"
  : >"$folder/$archive_sha256"
  rm -rf "$work"
done
