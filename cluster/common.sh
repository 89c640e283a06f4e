# What the scripts of this folder share. Sourced, not run.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
STATE="${XDG_STATE_HOME:-$HOME/.local/state}/a1"
A1="$ROOT/.build/release/a1"
SWIFT_WANTED=6.2
SWIFT_FROM=https://www.swift.org/install/linux/

# A flavour of OpenBLAS with threads makes them when a process starts. The engine has its own.
export OPENBLAS_NUM_THREADS=1

say() { printf '%s\n' "$*" >&2; }
# As a shell reads it back, for commands that people copy.
quoted() { printf '%q' "$1"; }
die() { say "a1: $*"; exit 1; }

# Installs the Debian packages that are missing, and only then asks for rights.
need_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null ||
    die "these packages are missing: ${missing[*]}; install what your system calls them (this script knows apt-get)"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "packages are missing; run as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null; } ||
    die "these packages could not be installed: ${missing[*]}; the lines above say why"
}

need_swift() {
  command -v swift >/dev/null ||
    die "Swift $SWIFT_WANTED or newer is missing: get it from $SWIFT_FROM and run this again"
  local version
  version="$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)"
  [ -n "$version" ] || die "swift --version says nothing about a version"
  [ "$(printf '%s\n%s\n' "$SWIFT_WANTED" "$version" | sort -V | head -n 1)" = "$SWIFT_WANTED" ] ||
    die "Swift $version is too old: get $SWIFT_WANTED or newer from $SWIFT_FROM"
}

# Everything the build needs that Swift does not bring.
set_up() {
  need_swift
  local packages=(libzmq3-dev libsqlite3-dev libssl-dev pkg-config)
  # Any flavour of OpenBLAS does.
  pkg-config --exists openblas 2>/dev/null || packages+=(libopenblas-serial-dev)
  # Wherever it came from: the build fetches the Swift packages with it.
  command -v git >/dev/null || packages+=(git)
  need_packages "${packages[@]}"
}

build() {
  say "building for release (the first time takes some minutes)"
  swift build --package-path "$ROOT" -c release --product a1 >&2 || die "the build failed; the lines above say why"
}

need_a1() {
  [ -x "$A1" ] || { set_up; build; }
  export A1_CONFIGS="${A1_CONFIGS:-$ROOT/configs}"
}

# Whether the process id in a file belongs to a keeper of this folder.
is_kept() {
  local file="$1" pid
  [ -f "$file" ] || return 1
  pid="$(cat "$file")"
  [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "keep.sh $file "
}

# Whether a process runs. One that has ended and was not collected yet does not.
is_alive() {
  local state
  { read -r state <"/proc/$1/stat"; } 2>/dev/null && [[ "$state" != *") Z "* ]]
}
