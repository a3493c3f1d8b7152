#!/bin/sh
# Makes a database and a role for each of $STORES: the role owns its database and nobody else may connect to it, so that no
# service can read another's store. The same as provisionStore of packages/embedded (its lock, its mark on the role, its
# refusals), for an image that has psql and no Node. Safe to run again and at once; a changed password is set.
#
# Environment: STORES ("accounts catalog"), <STORE>_DB_PASSWORD for each, and libpq's PGHOST, PGUSER, PGPASSWORD of a
# superuser.
set -eu

fail() {
  echo "provision: $1" >&2
  exit 1
}

# From the environment, never from an argument, which every process of the machine could read.
password_of() {
  name="$(printf '%s' "$1" | tr 'a-z-' 'A-Z_')_DB_PASSWORD"
  eval "value=\${$name:-}"
  case "$value" in
    '') fail "expected $name to hold the password of the store $1 but it is empty" ;;
    *[!A-Za-z0-9_-]*) fail "expected $name to be of letters, digits, \"_\" and \"-\", for it becomes part of a URL" ;;
    ????????????????*) printf '%s' "$value" ;;
    *) fail "expected $name to have at least 16 characters" ;;
  esac
}

provision() {
  STORE_PASSWORD="$2" psql --no-psqlrc --quiet --no-align --tuples-only --output /dev/null \
    --set ON_ERROR_STOP=1 --set name="selvedge_$1" --dbname postgres <<'SQL'
\getenv password STORE_PASSWORD
\set mark 'Selvedge: owner of ' :name
SELECT pg_advisory_lock(1578167662);

SELECT format('CREATE ROLE %1$I; COMMENT ON ROLE %1$I IS %2$L', :'name', :'mark')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec

SELECT format('DO $do$ BEGIN RAISE EXCEPTION USING MESSAGE = %L; END $do$',
  'expected the role ' || rolname || ' to be missing or made by Selvedge, but it is somebody else''s')
FROM pg_roles WHERE rolname = :'name' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM :'mark' \gexec

SELECT format('ALTER ROLE %I LOGIN NOCREATEDB NOCREATEROLE PASSWORD %L', :'name', :'password') \gexec

SELECT format('CREATE DATABASE %1$I OWNER %1$I TEMPLATE template0 ENCODING ''UTF8''', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec

SELECT format('DO $do$ BEGIN RAISE EXCEPTION USING MESSAGE = %L; END $do$',
  'expected the database ' || datname || ' to be owned by the role of its name, but ' || pg_get_userbyid(datdba) || ' owns it')
FROM pg_database WHERE datname = :'name' AND pg_get_userbyid(datdba) <> :'name' \gexec

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'name') \gexec
SQL
}

# All passwords are looked at before the first role is made.
for store in ${STORES:?expected STORES to name the stores}; do
  password_of "$store" > /dev/null
done
for store in $STORES; do
  provision "$store" "$(password_of "$store")"
  echo "provision: the store selvedge_$store is there"
done
