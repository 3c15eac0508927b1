#!/bin/sh
# Run once by the database's image when its volume is new: a role for each kind of process, with its password. What
# each may do with the tables is said by `manage.py secure_database`, after every migration.
set -eu
for kind in api staff worker auditor; do
    password=$(printenv "PASSWORD_OF_$(printf '%s' "$kind" | tr '[:lower:]' '[:upper:]')")
    psql -v ON_ERROR_STOP=1 -v role="consular_$kind" -v password="$password" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE :"role" LOGIN NOINHERIT PASSWORD :'password';
SQL
done
