#!/bin/sh
# berth-plugin-check names the check in which a plugin crashed, and what it exports too much.
set -eu
check=$1
${CC:-cc} -shared -fPIC -I"$2" "$3" -o "$4/crasher.so"
status=0
said=$("$check" "$4/crasher.so") || status=$?
echo "$said"
[ $status -eq 1 ]
echo "$said" | grep -q '^failed  symbols  exports 2 symbols'
echo "$said" | grep -q '^ok  manifest'
echo "$said" | grep -q '^failed  config.not-json  crashed'
status=0
"$check" /no/such/file.so || status=$?
[ $status -eq 2 ]
