#!/usr/bin/env bash
# Builds the libtorch shim against this host's PyTorch and puts it beside the program and the tests:
#   ./build-shim.sh           builds it
#   ./build-shim.sh --test    builds it, then runs the tests (run-device-tests.sh)
# ZEPHYR_LIBTORCH names another libtorch; PYTHON another interpreter (default python3).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  echo "build-shim.sh: $1" >&2
  exit 1
}
python=${PYTHON:-python3}
# Found and not imported: that takes seconds, and needs the driver's libraries where the headers do not.
torch=${ZEPHYR_LIBTORCH:-$("$python" -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")')} ||
  fail "$python could not be asked for its PyTorch (see above). Name the interpreter in PYTHON, or a libtorch folder in ZEPHYR_LIBTORCH."
[[ -n "$torch" ]] || fail "$python has no torch. Install PyTorch, activate its environment, or name another interpreter in PYTHON or a libtorch folder in ZEPHYR_LIBTORCH."
[[ -z "${ZEPHYR_LIBTORCH:-}" || -f "$torch/include/ATen/ATen.h" ]] || fail "ZEPHYR_LIBTORCH=$torch has no include/ATen/ATen.h: give a libtorch folder, or the torch folder of a PyTorch wheel."
# Debian's python3-torch keeps headers and libraries with the system: CMake finds them there.
[[ -f "$torch/include/ATen/ATen.h" ]] || torch=
for tool in cmake c++; do
  command -v "$tool" >/dev/null ||
    fail "$tool is not on PATH; it is needed to build the shim against ${torch:-the libtorch of this system}. Install it with: apt-get install -y g++ cmake (or pip install cmake)"
done

echo "Building the shim against ${torch:-the libtorch of this system} ..."
# Compilers and headers here are not those the sources were checked with: a warning of theirs is no error.
cmake -S native -B native-build -DCMAKE_BUILD_TYPE=Release -DZEPHYR_WARNINGS_AS_ERRORS=OFF -DZEPHYR_LIBTORCH="$torch" >native-build.log 2>&1 &&
  cmake --build native-build --parallel "$(nproc)" >>native-build.log 2>&1 || {
  grep -A3 -E "error|Error" native-build.log | head -40 >&2
  fail "the shim could not be built; the whole output is in $PWD/native-build.log"
}
grep "libtorch " native-build.log || true
# Not copied over the old file: a running program would see it change.
rm -f bin/libzephyr_torch.so
cp native-build/libzephyr_torch.so bin/

if [[ "${1:-}" == --test ]]; then
  exec ./run-device-tests.sh
fi
bin/zephyr --version
