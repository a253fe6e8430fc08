#!/usr/bin/env bash
# Fetches the chart library of the report into artifacts/web: Chart.js and its zoom plugin, npm packages under the MIT licence. The build
# embeds the files in the program. A new version also goes into src/Zephyr.Experiments/Reporting/Charts/ChartLibrary.cs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/npm.sh

npm_files chart.js@4.6.1 9345dacdf4bb4c5d40321f4b9aafab6fe676d37a534fc0bc2d17c4c4e29c4f00 artifacts/web \
  dist/chart.umd.min.js chart.js.LICENSE.md=LICENSE.md
npm_files chartjs-plugin-zoom@2.2.0 1a6ac051f614e85500c647dc5753000d6bd8593e8bab93d7f27323cf849e42b0 artifacts/web \
  dist/chartjs-plugin-zoom.min.js chartjs-plugin-zoom.LICENSE.md=LICENSE.md
