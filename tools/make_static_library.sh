#!/bin/sh
# usage: make_static_library.sh OUT LIBRARY... -- --wrap=NAME...
# One object of the first library and what it needs of the others, linked in itself; of its names only staunch_* stay
# visible, so that a program that links it has nothing else in its way.
set -eu
out=$1
shift
first=$1
shift
others=
while [ "$1" != -- ]; do
  others="$others $1"
  shift
done
shift
object=$out.o
# shellcheck disable=SC2086
ld -r "$@" -o "$object" --whole-archive "$first" --no-whole-archive --start-group $others --end-group
objcopy --wildcard --keep-global-symbol='staunch_*' "$object"
rm -f "$out"
ar rcsD "$out" "$object"
rm -f "$object"
