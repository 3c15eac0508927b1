#!/bin/sh
# Stays, and writes down every change of the database as it happens, into $BACKUP_DIR/wal: what is acknowledged is here
# a moment later. Run it on another machine than the database; its supervisor starts it again when the line breaks.
# PGHOST, PGPORT, PGUSER (with REPLICATION) and PGPASSWORD or a service file lead to the database.
set -eu
: "${BACKUP_DIR:?where backups lie}"
umask 077
mkdir -p "$BACKUP_DIR/wal"
# The slot keeps on the database what we have not yet: watch its size (docs/operations.md).
pg_receivewal --slot="${BACKUP_SLOT:-consular_backup}" --create-slot --if-not-exists
exec pg_receivewal --directory="$BACKUP_DIR/wal" --slot="${BACKUP_SLOT:-consular_backup}" --synchronous --no-password
