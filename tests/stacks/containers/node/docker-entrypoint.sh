#!/bin/sh
set -e
# Options, and what is no program, are Node's.
case $1 in
  -*) set -- node "$@" ;;
  *) command -v "$1" >/dev/null || set -- node "$@" ;;
esac
exec "$@"
