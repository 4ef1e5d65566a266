#!/bin/bash
# What the official entry point does with POSTGRES_DB, _USER and _PASSWORD, for a user who is not root.
set -euo pipefail
[ "$(id -u)" != 0 ] || { echo "the stand-in starts as the user postgres only" >&2; exit 1; }
[ "${1:-}" = postgres ] || exec "$@"
user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}

install -d -m 0700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "${POSTGRES_PASSWORD:-}" ] || { echo "Error: POSTGRES_PASSWORD is not set" >&2; exit 1; }
  initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD")
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  # By its socket only: who asks over TCP waits until the database is made.
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  [ "$database" = postgres ] ||
    PGPASSWORD=$POSTGRES_PASSWORD psql -v ON_ERROR_STOP=1 --username "$user" --no-password --dbname postgres \
      --set db="$database" <<<'CREATE DATABASE :"db";'
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
