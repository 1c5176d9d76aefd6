#!/bin/sh
# Installs or removes the toolchain beside this script.
set -eu

usage() {
    cat <<'USAGE'
usage: install.sh [--prefix DIR] [--link NAME]
       install.sh --uninstall [--prefix DIR] [--link NAME]

  --prefix DIR   where the toolchain goes; by default ~/.local/asyncdrop
  --link NAME    also make it known to rustup, for `cargo +NAME`
  --uninstall    remove it again; with --link, also from rustup
  --help         this text
USAGE
}

die() {
    echo "error: $1" >&2
    exit 1
}

prefix="${HOME:-}/.local/asyncdrop"
name=
uninstall=no
while [ $# -gt 0 ]; do
    case "$1" in
        --prefix) [ $# -ge 2 ] || die "--prefix needs a folder"; prefix=$2; shift 2 ;;
        --link) [ $# -ge 2 ] || die "--link needs a name"; name=$2; shift 2 ;;
        --uninstall) uninstall=yes; shift ;;
        --help|-h) usage; exit 0 ;;
        *) usage >&2; die "unknown word: $1" ;;
    esac
done

listing=$prefix/.asyncdrop-files

if [ "$uninstall" = yes ]; then
    [ -f "$listing" ] || die "$prefix holds no toolchain that this script installed"
    while IFS= read -r file; do
        rm -f -- "$prefix/$file"
    done < "$listing"
    rm -f -- "$listing"
    find "$prefix" -depth -type d -empty -delete
    [ -z "$name" ] || rustup toolchain uninstall "$name"
    echo "removed from $prefix"
    exit 0
fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p -- "$prefix"
(cd "$here" && find . -type f ! -name install.sh) | while IFS= read -r file; do
    file=${file#./}
    mkdir -p -- "$prefix/$(dirname -- "$file")"
    cp -- "$here/$file" "$prefix/$file"
    echo "$file" >> "$listing.new"
done
mv -- "$listing.new" "$listing"
"$prefix/bin/rustc" --version > /dev/null || die "the compiler does not start; ldd $prefix/bin/rustc shows what is missing"
[ -z "$name" ] || rustup toolchain link "$name" "$prefix"
echo "installed in $prefix"
