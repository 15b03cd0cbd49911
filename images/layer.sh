# shellcheck shell=bash disable=SC2154
# Part of images/build: images that are another one of ours and a layer over it, of packages of an older Debian release. They are unpacked and
# not installed, so that nothing of the system below is replaced; what they lie on is shared with the image below and takes no space again.

# Runs a command whose output goes to the log; what it fails at ends the build.
run() { # run WHAT COMMAND...
  local what=$1
  shift
  "$@" >&3 2>&3 || { last_words; die 4 "$what" 'the lines above say why; check the network and the disk, then run it again'; }
}

# An apt of the build's own, with one source, which needs no rights and touches nothing of this machine's.
private_apt() { # private_apt ARCHIVE RELEASE
  local apt=$work/apt keyring proxy
  keyring=/usr/share/keyrings/debian-archive-$2-stable.gpg
  if [[ ! -f $keyring ]]; then keyring=/usr/share/keyrings/debian-archive-keyring.gpg; fi
  [[ -f $keyring ]] || die 3 "no signing keys of Debian $2 under /usr/share/keyrings" 'apt-get install --only-upgrade debian-archive-keyring'
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/etc"
  : >"$apt/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$1" "$2" >"$apt/sources.list"
  proxy=$(apt-config dump --format '%v' Acquire::http::Proxy 2>/dev/null || true)
  cat >"$apt/apt.conf" <<CONF
Dir::Etc "$apt/etc";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "60";
${proxy:+Acquire::http::Proxy "$proxy";}
CONF
  export APT_CONFIG=$apt/apt.conf
}

layer() {
  local suite packages archive below file line changes=() id
  below=carrel/$base:$(recipe_hash "$base" | cut -c 1-12)
  [[ -n $(image_id "$below") ]] || die 3 "the image below, $below, is not here" "images/build $base"
  suite=$(lines_of "$HERE/$name/suite")
  mapfile -t packages < <(lines_of "$HERE/$name/packages")
  archive=$mirror
  # A release that is no longer cared for moves to the archive of old ones.
  if ! is_debian "$archive" "$suite"; then archive=http://archive.debian.org/debian; fi
  say 2 "reading the package lists of Debian $suite"
  private_apt "$archive" "$suite"
  run "Debian $suite cannot be read (archive: $archive)" apt-get -q update
  say 10 "downloading ${#packages[@]} packages"
  mkdir "$work/packages" "$work/unpacked" "$work/tree"
  # shellcheck disable=SC2016 # expanded by the shell inside
  run "packages of Debian $suite cannot be had (archive: $archive)" bash -c 'cd "$1" && shift && apt-get -q download "$@"' - "$work/packages" "${packages[@]}"
  say 40 'unpacking packages'
  for file in "$work"/packages/*.deb; do
    run "$file cannot be unpacked" dpkg-deb -x "$file" "$work/unpacked"
  done
  run "the files of $name cannot be laid out" "$HERE/$name/arrange" "$work/unpacked" "$work/tree"
  say 55 "laying them over the image $base"
  container=$(docker create --interactive --user 0:0 --network none --entrypoint /bin/bash "$below" -s 2>&3) ||
    die 4 "no container of $below can be made" 'docker info says more'
  tar -C "$work/tree" --owner=0 --group=0 -c . | docker cp - "$container:/" >&3 2>&3 ||
    die 4 'Docker did not take the files' 'mostly its disk is full: docker system df'
  say 75 "trying $name out"
  docker start --attach --interactive "$container" <"$HERE/$name/customize" >&3 2>&3 ||
    { last_words; die 4 "$name does not work in $below" 'the lines above say why'; }
  while IFS= read -r line; do
    changes+=(--change "$line")
  done < <(lines_of "$HERE/$base/config"; lines_of "$HERE/$name/config")
  say 90 'making the image'
  id=$(docker commit "${changes[@]}" --change "LABEL dev.carrel.recipe=$recipe" --message "carrel $name" "$container" 2>&3) ||
    die 4 'Docker did not make the image' 'mostly its disk is full: docker system df'
  publish "$id"
}
