#!/bin/sh
# Compiles the folder that CMake configured and puts the shim in its place in one step: build-native.sh BUILD SHIM
set -e
build=$1
shim=$2

# A compiler that is killed leaves half a file, which make takes for a whole one. The mark is there while make runs: found at the start, everything is compiled again.
mark=$build/unfinished
[ -e "$mark" ] && clean=--clean-first || clean=
: > "$mark"
status=0
cmake --build "$build" --parallel 2 $clean || status=$?
rm "$mark"
[ "$status" = 0 ] || exit "$status"

cp "$build/libzephyr_torch.so" "$shim.new"
mv "$shim.new" "$shim"
