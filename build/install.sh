# What a fresh Debian 12 machine lacks: a libtorch with OpenBLAS, a C++ compiler and CMake, DuckDB's library and the report's chart library.
# Sourced by build.sh; a machine that has everything spends a few milliseconds here.

# Prints the Debian packages that are missing, one a line.
missing_packages() {
  command -v g++ >/dev/null 2>&1 || echo g++
  command -v cmake >/dev/null 2>&1 || echo cmake
  command -v make >/dev/null 2>&1 || echo make
  if [[ -z "${ZEPHYR_LIBTORCH:-}" ]]; then
    [[ -e /usr/include/torch/csrc/api/include/torch/torch.h || -e /usr/include/torch/torch.h ]] || echo libtorch-dev
    compgen -G '/usr/lib/*/openblas-pthread/libopenblas.so.0' >/dev/null || echo libopenblas0-pthread
  fi
  # DuckDB's library and the report's chart library come as npm packages.
  if [[ -z "${ZEPHYR_DUCKDB:-}" && ! -e artifacts/native/duckdb/libduckdb.so || ! -e artifacts/web/chart.umd.min.js ]]; then
    command -v npm >/dev/null 2>&1 || echo npm
  fi
}

install_missing() {
  if ! command -v dotnet >/dev/null 2>&1; then
    echo "build.sh: the .NET SDK 10 is not on PATH; install it from https://dotnet.microsoft.com/download and run this again." >&2
    exit 1
  fi
  if [[ -n "${ZEPHYR_LIBTORCH:-}" && ! -d "$ZEPHYR_LIBTORCH" ]]; then
    echo "build.sh: ZEPHYR_LIBTORCH=$ZEPHYR_LIBTORCH is no folder; give the torch folder of a PyTorch wheel or of a libtorch archive." >&2
    exit 1
  fi

  local packages
  mapfile -t packages < <(missing_packages)
  if ((${#packages[@]})); then
    install_packages "${packages[@]}"
  fi

  # The build itself runs this when the files are missing; here its message comes first.
  bash build/charts.sh || exit 1

  # An experiment on JSON or on the synthetic world does without it, and the program says what to run when it needs it.
  if [[ -z "${ZEPHYR_DUCKDB:-}" ]] && ! bash build/duckdb.sh; then
    echo "build.sh: going on without DuckDB: Parquet, CSV and .zst files cannot be read until 'bash build/duckdb.sh' succeeds." >&2
  fi
}

# What only some tests need. They skip without it and say what is missing, so nothing here ends the build.
install_for_tests() {
  bash build/llama.sh || echo "build.sh: going on without llama.cpp: the tests that open GGUF files with it are skipped." >&2
  local packages=()
  command -v strace >/dev/null 2>&1 || packages+=(strace)
  command -v chromium >/dev/null 2>&1 || packages+=(chromium)
  [[ -x /usr/bin/chromedriver ]] || packages+=(chromium-driver)
  command -v pdftotext >/dev/null 2>&1 || packages+=(poppler-utils)
  [[ -e /usr/lib/python3/dist-packages/swift/common/middleware/s3api/s3api.py ]] || packages+=(python3-swift)
  [[ -x /usr/sbin/slurmctld && -x /usr/sbin/slurmd && -x /usr/sbin/munged ]] || packages+=(slurm-wlm)
  if ((${#packages[@]} == 0 || EUID != 0)) || ! command -v apt-get >/dev/null 2>&1; then
    return 0
  fi
  (install_packages "${packages[@]}") || echo "build.sh: going on without ${packages[*]}: the tests that need them are skipped." >&2
}

install_packages() {
  local packages=("$@")
  local line="apt-get install --yes --no-install-recommends ${packages[*]}"
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "build.sh: missing ${packages[*]} and this machine has no apt-get; install their equivalents (or set ZEPHYR_LIBTORCH to a libtorch folder) and run this again." >&2
    exit 1
  fi

  local sudo=()
  if ((EUID != 0)); then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
      sudo=(sudo)
    else
      printf 'build.sh: missing %s. Run this line, then start again:\n\n  sudo apt-get update && sudo %s\n\n' "${packages[*]}" "$line" >&2
      exit 1
    fi
  fi

  echo "Installing ${packages[*]} ..."
  "${sudo[@]}" apt-get update --quiet=2
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" $line --quiet=2 >/dev/null
}
