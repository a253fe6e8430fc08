#!/usr/bin/env bash
# Builds the libtorch shim against this host's PyTorch and puts it beside the program and the tests:
#   ./build-shim.sh           builds it
#   ./build-shim.sh --test    builds it, then runs the tests (run-device-tests.sh)
# ZEPHYR_LIBTORCH names another libtorch; PYTHON another interpreter (default python3).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

torch=${ZEPHYR_LIBTORCH:-$("${PYTHON:-python3}" -c 'import os, torch; print(os.path.dirname(torch.__file__))')}
# Debian's python3-torch keeps headers and libraries with the system: CMake finds them there.
[[ -f "$torch/include/ATen/ATen.h" ]] || torch=
for tool in cmake c++; do
  command -v "$tool" >/dev/null || {
    echo "build-shim.sh: $tool is not on PATH; it is needed to build the shim against ${torch:-the libtorch of this system}." >&2
    exit 1
  }
done

echo "Building the shim against ${torch:-the libtorch of this system} ..."
# Compilers and headers here are not those the sources were checked with: a warning of theirs is no error.
cmake -S native -B native-build -DCMAKE_BUILD_TYPE=Release -DZEPHYR_WARNINGS_AS_ERRORS=OFF -DZEPHYR_LIBTORCH="$torch" >native-build.log 2>&1 &&
  cmake --build native-build --parallel "$(nproc)" >>native-build.log 2>&1 || {
  grep -E "error|Error" native-build.log >&2 || tail -30 native-build.log >&2
  exit 1
}
grep "libtorch " native-build.log || true
# Not copied over the old file: a running program would see it change.
rm -f bin/libzephyr_torch.so
cp native-build/libzephyr_torch.so bin/

if [[ "${1:-}" == --test ]]; then
  exec ./run-device-tests.sh
fi
bin/zephyr --version
