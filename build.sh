#!/usr/bin/env bash
# Installs what is missing, restores tools, builds, then hands every argument to Cake:
#   ./build.sh --target=Zephyr --experiment=zephyr-tiny --set=ddpo.beta=0.2
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

source build/install.sh
install_missing

# Cake reads --name=value only; people also write --name value.
arguments=()
while (($#)); do
  case "$1" in
    --target | --experiment | --set | --force | --verbosity)
      if (($# < 2)); then
        echo "build.sh: $1 needs a value, as in $1=VALUE" >&2
        exit 2
      fi
      arguments+=("$1=$2")
      shift 2
      ;;
    *)
      arguments+=("$1")
      shift
      ;;
  esac
done

# The tests' own packages, when tests are asked for.
case " ${arguments[*]-} " in
  *" --target=Test "*) install_for_tests ;;
esac

dotnet tool restore --verbosity quiet >/dev/null || { dotnet tool restore; exit 1; }
exec dotnet cake "${arguments[@]}"
