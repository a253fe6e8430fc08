#!/usr/bin/env bash
# Fetches llama.cpp's library into artifacts/native/llama, for the tests that open exported GGUF files with it. It comes from the npm package of
# the prebuilt binaries of node-llama-cpp (llama.cpp 0.5.0). Nothing but tests uses it, and they are skipped without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source build/npm.sh

if [[ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]]; then
  echo "build/llama.sh: this fetches the library for Linux on x86-64 only." >&2
  exit 1
fi

files=(libllama.v0.5.0.so libggml.v0.5.0.so libggml-base.so)
# One of these is loaded, the best that the processor runs.
for processor in x64 sse42 sandybridge ivybridge piledriver haswell alderlake skylakex cannonlake cascadelake cooperlake icelake zen4 sapphirerapids; do
  files+=("libggml-cpu-$processor.so")
done

npm_files @node-llama-cpp/linux-x64@3.22.1 0d953e1503d5ab4608d8ed5b739132308c81ac05ffeb760d2a7f30e08a9f90e0 artifacts/native/llama "${files[@]/#/bins/linux-x64/}"
