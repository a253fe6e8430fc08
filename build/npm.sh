# To be sourced: fetches files out of an npm package whose archive must have a pinned hash.

# npm_files PACKAGE SHA256 FOLDER FILE... leaves the files, named without their folders, in FOLDER, and an empty file named SHA256 as a sign
# that they are there. A file given as OTHER=FILE is named OTHER. Nothing is fetched when they are there already. Fails with a message.
npm_files() {
  local package=$1 sha256=$2 folder=$3 entry missing=
  shift 3
  for entry in "$@"; do
    [[ -e $folder/$(basename "${entry%%=*}") ]] || missing=1
  done
  [[ -z $missing && -e $folder/$sha256 ]] && return
  if ! command -v npm >/dev/null 2>&1; then
    echo "build: npm is not on PATH, and $package comes from there; install it (apt-get install --yes npm)." >&2
    return 1
  fi

  mkdir -p "$folder"
  local work archive
  work=$(mktemp --directory "$folder/fetch.$$.XXX")
  echo "Fetching $package ..."
  if npm pack --silent --pack-destination "$work" "$package" >/dev/null && archive=$(echo "$work"/*.tgz) \
    && npm_archive_is "$archive" "$package" "$sha256" && tar --extract --gzip --file "$archive" --directory "$work"; then
    for entry in "$@"; do
      # npm's files carry a time of 1985; a build takes a file for changed by its time.
      touch "$work/package/${entry#*=}"
      mv "$work/package/${entry#*=}" "$folder/$(basename "${entry%%=*}")"
    done
    : >"$folder/$sha256"
    rm -rf "$work"
  else
    rm -rf "$work"
    echo "build: $package could not be fetched." >&2
    return 1
  fi
}

npm_archive_is() {
  echo "$3  $1" | sha256sum --check --status || {
    echo "build: the archive of $2 has SHA-256 $(sha256sum "$1" | cut -d' ' -f1), not the pinned $3; it is not used." >&2
    return 1
  }
}
