#!/usr/bin/env bash
# Starts this project: ./setup.sh [--native] [--down | --status | --help]
#   (nothing)   in containers: builds, starts, and waits until every service is healthy
#   --native    without containers, with the programs of this machine
#   --status    what runs, and how its last check ended
#   --down      stops it; what is in the database stays
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD
self=$root/setup.sh
run=$root/.berth/run
limit_s=${SETUP_TIMEOUT_S:-280}

fail() {
  echo "setup.sh: $*" >&2
  exit 1
}

[ -f .env ] || fail "there is no .env: copy .env.example, and fill in what is empty"
set -a
# shellcheck source=/dev/null
. ./.env
set +a

services=(<%# services %><% name %> <%/ services %>)
native=(<%# services %><%# is_native %><% name %> <%/ is_native %><%/ services %>)

# --- the services, without containers ---
<%# services %>
<%# is_native %>
needs_<% native.function %>() {
<%# native.needs %>
  needs <% program %> <% package %>
<%/ native.needs %>
  :
}
environment_<% native.function %>() {
<%# native.has_folder %>
  cd "$root/<% native.folder %>"
<%/ native.has_folder %>
<%# has_port %>
  export PORT="$<% port_variable %>" ADDRESS="<% address %>"
<%/ has_port %>
<%# native.environment %>
  export <% name %>="<% value %>"
<%/ native.environment %>
  :
}
prepare_<% native.function %>() {
<%# native.has_prepare %>
<% native.prepare %>
<%/ native.has_prepare %>
  :
}
run_<% native.function %>() {
<% native.run %>
}
health_<% native.function %>() {
<% native.health %>
}

<%/ is_native %>
<%/ services %>
missing=()
unset PORT ADDRESS # each service has its own
PATH=$PATH:/usr/sbin$(printf ':%s' /usr/lib/postgresql/*/bin)

# Databases refuse to run as root: there they run as the user of their package.
as() { # USER COMMAND…
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid="$user" --regid="$user" --clear-groups -- "$@"
  else
    "$@"
  fi
}
give_to() { # USER FILE…
  local user=$1
  shift
  if [ "$(id -u)" != 0 ]; then return; fi
  chown -R "$user" "$@"
  as "$user" test -r "$1" || fail "the user $user cannot reach $1: every folder above it has to be open (chmod o+x)"
}
# What was made is there, and nothing that it is made from has changed since.
fresh() { # FILE PATH…
  local made=$1
  shift
  [ -e "$made" ] && [ -z "$(find "$@" -newer "$made" -print -quit 2>/dev/null)" ]
}
has() { # "php", or "php/pdo_pgsql" and "python3/django" for what they have to bring
  # shellcheck disable=SC2016  # PHP's own variable
  case $1 in
  php/*) php -r 'exit(extension_loaded($argv[1]) ? 0 : 1);' "${1#*/}" 2>/dev/null ;;
  python3/*) python3 -c "import ${1#*/}" 2>/dev/null ;;
  *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}
needs() { # PROGRAM PACKAGE
  case " ${missing[*]-} " in *" $2 "*) return ;; esac
  has "$1" || missing+=("$2")
}

function_of() { echo "${1//-/_}"; }

pid_of() { # SERVICE: of the one that runs
  local pid
  pid=$(cat "$run/$1.pid" 2>/dev/null) && kill -0 -- "-$pid" 2>/dev/null || return 1
  # After a restart of the machine, another program may have the number.
  case $(readlink "/proc/$pid/cwd" 2>/dev/null || echo "$root") in
  "$root" | "$root"/*) echo "$pid" ;;
  *) return 1 ;;
  esac
}

healthy_native() { # SERVICE; what it said is in SERVICE.health
  local function
  function=$(function_of "$1")
  ("environment_$function" && "health_$function") >"$run/$1.health" 2>&1
}

port_of() { # SERVICE; nothing, where it has none
  ("environment_$(function_of "$1")" && echo "${PORT-}")
}
refuse_taken_port() { # SERVICE: else the other program's answers would pass for its own
  local port
  port=$(port_of "$1")
  if [ -n "$port" ] && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "$1 cannot start: another program has its port $port; end that one, or change the port in .env"
  fi
}

left_s() { # of the time that all of it may take; 1 at least
  echo $((limit_s > SECONDS ? limit_s - SECONDS : 1))
}

prepare_native() { # SERVICE
  local code=0 tail
  timeout --kill-after=5 "$(left_s)" "$self" --prepare "$1" >"$run/$1.log" 2>&1 </dev/null || code=$?
  [ "$code" != 0 ] || return 0
  tail=$(tail -n 20 "$run/$1.log")
  case $code in
  124 | 137) fail "$limit_s s have passed, and $1 is still being prepared:
$tail" ;;
  *) fail "$1 could not be prepared:
$tail" ;;
  esac
}

up_native() {
  local service
  for service in "${native[@]}"; do "needs_$(function_of "$service")"; done
  [ ${#missing[@]} = 0 ] || fail "these are missing: apt-get install$(printf ' %s' "${missing[@]}")"
  mkdir -p "$run"
  for service in "${native[@]}"; do
    if ! pid_of "$service" >/dev/null; then
      refuse_taken_port "$service"
      echo "starting $service"
      prepare_native "$service"
      setsid "$self" --service "$service" >>"$run/$service.log" 2>&1 </dev/null &
      echo $! >"$run/$service.pid"
      # Its process group is there as soon as setsid has begun.
      while kill -0 "$!" 2>/dev/null && ! kill -0 -- "-$!" 2>/dev/null; do sleep 0.05; done
    fi
    until healthy_native "$service"; do
      pid_of "$service" >/dev/null || fail "$service has ended:
$(tail -n 20 "$run/$service.log")"
      [ "$SECONDS" -lt "$limit_s" ] || fail "$limit_s s have passed, and $service is not healthy; its check says:
$(tail -n 5 "$run/$service.health")"
      sleep 0.5
    done
    echo "$service is healthy"
  done
}

down_native() {
  local service pid i
  for ((i = ${#native[@]} - 1; i >= 0; i--)); do
    service=${native[i]}
    pid=$(pid_of "$service") || continue
    echo "stopping $service"
    kill -TERM -- "-$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 -- "-$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
    rm -f "$run/$service.pid"
  done
}

# --- in containers ---

has_engine() {
  [ -n "${DOCKER_HOST-}" ] || [ -S /var/run/docker.sock ] || docker info >/dev/null 2>&1
}
compose() {
  has_engine || fail "there is no Docker here that runs: start it, or try ./setup.sh --native"
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  elif has docker-compose; then
    docker-compose "$@"
  else
    fail "there is no Docker Compose here: install it, or try ./setup.sh --native"
  fi
}

healthy_container() { # SERVICE
  # shellcheck disable=SC2016  # the container's own variables
  case $1 in
<%# services %>
  <% name %>) compose exec -T <% name %> sh -c <% health_shell %> ;;
<%/ services %>
  esac
}

up_containers() {
  local service said
  compose up --detach --build --remove-orphans
  for service in "${services[@]}"; do
    until said=$(healthy_container "$service" 2>&1); do
      [ "$SECONDS" -lt "$limit_s" ] || fail "$limit_s s have passed, and $service is not healthy; its check says:
$said
$(compose logs --tail 20 "$service" 2>&1)"
      sleep 1
    done
    echo "$service is healthy"
  done
}

# --- what was asked for ---

runs_natively() {
  local service
  for service in "${native[@]}"; do
    if pid_of "$service" >/dev/null; then return 0; fi
  done
  return 1
}

status() {
  local service
  if [ "$how" = native ] || runs_natively || ! has_engine; then
    for service in "${native[@]}"; do
      if ! pid_of "$service" >/dev/null; then
        echo "$service: does not run"
      elif healthy_native "$service"; then
        echo "$service: healthy"
      else
        echo "$service: runs, and its check says: $(tail -n 1 "$run/$service.health")"
      fi
    done
  else
    compose ps
  fi
}

task=up how=containers
while [ $# -gt 0 ]; do
  case $1 in
  --native) how=native ;;
  --down) task=down ;;
  --status) task=status ;;
  --wait) ;; # it always waits
  --prepare | --service) # one service: what this script calls itself with
    function=$(function_of "$2")
    "environment_$function"
    if [ "$1" = --prepare ]; then "prepare_$function"; else "run_$function"; fi
    exit
    ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$self"
    [ "$1" = --help ] || exit 2
    exit 0
    ;;
  esac
  shift
done

case $task-$how in
up-native) up_native ;;
up-containers) up_containers ;;
status-*) status ;;
down-*)
  if [ "$how" = native ] || runs_natively || ! has_engine; then
    down_native
  else
    compose down --remove-orphans
  fi
  ;;
esac
<%# has_health_path %>
[ "$task" != up ] || echo "open http://127.0.0.1:$APPLICATION_PORT"
<%/ has_health_path %>
