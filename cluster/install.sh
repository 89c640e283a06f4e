#!/usr/bin/env bash
# Installs a1 for one user or for all: cluster/install.sh [--prefix DIR] [--binary FILE] [--uninstall]
# Under DIR (default: ~/.local) come the program, its configurations, completions for bash, zsh and fish, and manual
# pages. Running it again renews them. --binary takes another program than the release build. --uninstall removes
# exactly what has been installed there, and nothing else.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# One order for sort and comm.
export LC_ALL=C
usage="cluster/install.sh [--prefix DIR] [--binary FILE] [--uninstall]"
prefix="$HOME/.local"
binary=
uninstalls=
while [ $# -gt 0 ]; do
  case "$1" in
  --prefix) prefix="${2:?--prefix needs a folder}"; shift 2 ;;
  --prefix=?*) prefix="${1#*=}"; shift ;;
  --binary) binary="${2:?--binary needs a file}"; shift 2 ;;
  --binary=?*) binary="${1#*=}"; shift ;;
  --uninstall) uninstalls=1; shift ;;
  -h | --help) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) die "unknown argument $1: $usage" ;;
  esac
done
prefix="$(realpath -m "$prefix")"
home=lib/a1
# What has been installed: a line for each file, and for each folder that was made, with a slash at its end.
list="$prefix/$home/installed"

# lines_of FILE: its lines; none where it is not there.
lines_of() { [ ! -f "$1" ] || cat "$1"; }

# remove PATH...: files and links, then the folders, the deepest first, where nothing else is in them.
remove() {
  local path
  for path in "$@"; do
    case "$path" in
    */) ;;
    *) rm -f -- "$prefix/$path" ;;
    esac
  done
  while read -r path; do
    rmdir -- "$(realpath -m "$prefix/$path")" 2>/dev/null || true
  done < <(printf '%s\n' "$@" | grep '/$' | sort -r)
}

if [ -n "$uninstalls" ]; then
  [ -f "$list" ] || die "nothing is installed in $prefix"
  mapfile -t paths <"$list"
  remove "$home/installed" "${paths[@]}"
  say "removed what was installed in $prefix"
  exit 0
fi

if [ -n "$binary" ]; then
  [ -x "$binary" ] || die "$binary is no program"
  A1="$(realpath -e "$binary")"
else
  set_up
  build
fi

stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/$home/bin" "$stage/bin" "$stage/share/bash-completion/completions" \
  "$stage/share/zsh/site-functions" "$stage/share/fish/vendor_completions.d" "$stage/share/man/man1"
cp "$A1" "$stage/$home/bin/a1"
# The program looks for configs/models.yaml upward from where it is.
cp -R "$ROOT/configs" "$stage/$home/configs"
ln -s "../$home/bin/a1" "$stage/bin/a1"
"$A1" --generate-completion-script bash >"$stage/share/bash-completion/completions/a1"
"$A1" --generate-completion-script zsh >"$stage/share/zsh/site-functions/_a1"
"$A1" --generate-completion-script fish >"$stage/share/fish/vendor_completions.d/a1.fish"
"$A1" manual "$stage/share/man/man1" >/dev/null

cd "$stage"
mapfile -t files < <(find . \( -type f -o -type l \) -printf '%P\n' | sort)
mapfile -t folders < <(find . -mindepth 1 -type d -printf '%P/\n' | sort)
known="$(lines_of "$list")"
is_known() { grep -qxF -- "$1" <<<"$known"; }

# Files of others stay: they would be gone after --uninstall.
for path in "${files[@]}"; do
  [ ! -e "$prefix/$path" ] || is_known "$path" ||
    die "$prefix/$path is there and was not installed by this script; move it away, or choose another --prefix"
done

made=()
[ -d "$prefix" ] || made+=(./)
mkdir -p "$prefix" || die "$prefix cannot be made"
for path in "${folders[@]}"; do
  if is_known "$path" || [ ! -d "$prefix/$path" ]; then made+=("$path"); fi
  mkdir -p "$prefix/$path"
done
is_known ./ && made+=(./)
# The list first: whatever interrupts this, --uninstall finds all of it.
{ printf '%s\n' "${files[@]}" "${made[@]}"; lines_of "$list"; } | sort -u >"$list.new"
mv -f "$list.new" "$list"
for path in "${files[@]}"; do
  # A program that runs keeps its file; a reader sees the old file or the new one.
  cp -P --preserve=mode "$path" "$prefix/$path.new"
  mv -f "$prefix/$path.new" "$prefix/$path"
done

# What an older version had and this one has not.
mapfile -t gone < <(comm -23 "$list" <(printf '%s\n' "${files[@]}" "${made[@]}" | sort -u))
[ ${#gone[@]} -eq 0 ] || remove "${gone[@]}"
printf '%s\n' "${files[@]}" "${made[@]}" | sort -u >"$list.new"
mv -f "$list.new" "$list"

say "installed in $prefix: bin/a1, its configurations in $home/configs, completions, manual pages (man a1)"
case ":$PATH:" in
*":$prefix/bin:"*) ;;
*) say "  add it to PATH:  export PATH=$(quoted "$prefix/bin"):\$PATH" ;;
esac
say "  zsh only:        fpath=($(quoted "$prefix/share/zsh/site-functions") \$fpath) before compinit in ~/.zshrc"
say "  remove it:       cluster/install.sh --prefix $(quoted "$prefix") --uninstall"
