#!/usr/bin/env bash
# Makes the picture of a report that README shows: the first screens of a page in headless Chromium.
#   bash build/screenshot.sh [PAGE [PICTURE]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

page=$(realpath "${1:-artifacts/experiments/zephyr-tiny/report.html}")
picture=${2:-docs/images/report.png}
if [[ ! -e $page ]]; then
  echo "build/screenshot.sh: there is no $page; run the experiment first (zephyr run), or name a page." >&2
  exit 1
fi
if ! command -v chromium >/dev/null 2>&1; then
  echo "build/screenshot.sh: chromium is not on PATH; install it (apt-get install --yes chromium)." >&2
  exit 1
fi

mkdir -p "$(dirname "$picture")"
profile=$(mktemp --directory)
trap 'rm -rf "$profile"' EXIT
# Without a sandbox only where there is none for the user: the page is our own.
sandbox=()
((EUID == 0)) && sandbox=(--no-sandbox)
chromium --headless "${sandbox[@]}" --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync \
  --user-data-dir="$profile" --hide-scrollbars --force-device-scale-factor=1 --window-size=1200,1330 --virtual-time-budget=5000 \
  --screenshot="$(realpath -m "$picture")" "file://$page" 2>"$profile/log" || {
  cat "$profile/log" >&2
  exit 1
}
echo "$picture: $(stat --format=%s "$picture") bytes"
