#!/usr/bin/env bash
# Installs berth to a prefix of its own, builds examples/embed against it, and runs that and the
# installed berth against fake clouds.
#   out_of_tree.sh SOURCE BUILD COMPILER
set -euo pipefail
source=$1 build=$2 compiler=$3
here=$(mktemp -d)
cloud_pid=""
end() {
  [ -z "$cloud_pid" ] || { kill "$cloud_pid" 2>/dev/null && wait "$cloud_pid" || true; }
  rm -rf "$here"
}
trap end EXIT
fail() { echo "out_of_tree: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$here/prefix" >"$here/install.log" ||
  { tail -n 20 "$here/install.log" >&2; fail "cmake --install"; }
export PATH=$here/prefix/bin:$PATH
CXX=$compiler cmake -S "$source/examples/embed" -B "$here/build" -DCMAKE_PREFIX_PATH="$here/prefix" \
  >"$here/build.log" 2>&1 && cmake --build "$here/build" >>"$here/build.log" 2>&1 ||
  { tail -n 30 "$here/build.log" >&2; fail "the example does not build"; }

berth-fakecloud --listen 127.0.0.1:0 --ssh-port 2222 --port-file "$here/port" \
  --log "$here/cloud.jsonl" >"$here/cloud.log" 2>&1 &
cloud_pid=$!
for _ in $(seq 200); do [ -s "$here/port" ] && break; sleep 0.05; done
[ -s "$here/port" ] || { cat "$here/cloud.log" >&2; fail "berth-fakecloud does not start"; }
sed "s|@CLOUD@|http://127.0.0.1:$(cat "$here/port")|; s|@HERE@|$here|" \
  "$source/config/demo.toml" >"$here/berth.toml"
export HCLOUD_TOKEN=fake-hetzner-token DIGITALOCEAN_TOKEN=fake-digitalocean-token
export AWS_ACCESS_KEY_ID=AKIAFAKEFAKEFAKEFAKE AWS_SECRET_ACCESS_KEY=fake-aws-secret

"$here/build/two_engines" "$here/berth.toml" "$here/a" "$here/b" >"$here/said" 2>&1 ||
  { cat "$here/said" >&2; fail "the example ended with an error"; }
for who in first second; do
  for line in "$who: deployment.succeeded | " "$who: succeeded on 127." "$who: released" \
              "$who: 0 servers left"; do
    grep -qF "$line" "$here/said" || { cat "$here/said" >&2; fail "no line '$line'"; }
  done
done
created=$(grep -c '"event":"created"' "$here/cloud.jsonl") || true
destroyed=$(grep -c '"event":"destroyed"' "$here/cloud.jsonl") || true
[ "$created" = 2 ] || fail "2 servers were expected at the clouds, there were $created"
[ "$destroyed" = 2 ] || fail "2 servers should be destroyed, $destroyed are"

# The installed program finds its plugins and its worker where they were installed.
berth --config "$here/berth.toml" plugins list >"$here/plugins" 2>&1 ||
  { cat "$here/plugins" >&2; fail "berth plugins list"; }
grep -q "$here/prefix/lib/berth/plugins/hetzner.so" "$here/plugins" ||
  { cat "$here/plugins" >&2; fail "berth does not find the installed plugins"; }
# A worker is used where the config asks for it.
sed 's|plugin = "hetzner"|&\nisolation = "worker"|' "$here/berth.toml" >"$here/worker.toml"
berth --config "$here/worker.toml" plugins call hetzner check '{}' >"$here/check" 2>&1 ||
  { cat "$here/check" >&2; fail "the installed berth-worker does not work"; }
man -l "$here/prefix/share/man/man1/berth.1" >"$here/man" 2>/dev/null ||
  [ -s "$here/prefix/share/man/man1/berth.1" ] || fail "no man page"
echo "two engines, two ledgers, two servers bought and destroyed; nothing is left"
