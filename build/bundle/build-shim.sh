#!/usr/bin/env bash
# Builds the libtorch shim against this host's PyTorch and puts it beside the program and the tests:
#   ./build-shim.sh           builds it
#   ./build-shim.sh --test    builds it, then runs the tests of the binding, those that need a device among them
# ZEPHYR_LIBTORCH names another libtorch; PYTHON another interpreter (default python3).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

torch=${ZEPHYR_LIBTORCH:-$("${PYTHON:-python3}" -c 'import os, torch; print(os.path.dirname(torch.__file__))')}
# Debian's python3-torch keeps headers and libraries with the system: CMake finds them there.
[[ -d "$torch/include" ]] || torch=
for tool in cmake c++; do
  command -v "$tool" >/dev/null || {
    echo "build-shim.sh: $tool is not on PATH; it is needed to build the shim against ${torch:-the libtorch of this system}." >&2
    exit 1
  }
done

echo "Building the shim against ${torch:-the libtorch of this system} ..."
cmake -S native -B native-build -DCMAKE_BUILD_TYPE=Release -DZEPHYR_LIBTORCH="$torch" >native-build.log 2>&1 &&
  cmake --build native-build --parallel "$(nproc)" >>native-build.log 2>&1 || {
  tail -30 native-build.log >&2
  exit 1
}
for folder in bin tests; do
  # Not copied over the old file: a running program would see it change.
  rm -f "$folder/libzephyr_torch.so"
  cp native-build/libzephyr_torch.so "$folder/"
done

if [[ "${1:-}" == --test ]]; then
  exec tests/Zephyr.Torch.Tests
fi
bin/zephyr --version
