#!/bin/sh
# Once a day: a copy of the whole cluster into $BACKUP_DIR/base-<time>, checked against its own manifest. With what
# wal.sh wrote since, it leads to any moment after it. Keeps the last $BACKUPS_KEPT (7) and the changes they need.
set -eu
: "${BACKUP_DIR:?where backups lie}"
umask 077
mkdir -p "$BACKUP_DIR/wal"
stamp=$(date -u +%Y%m%dT%H%M%SZ)
part=$BACKUP_DIR/part-$stamp
pg_basebackup --pgdata="$part" --format=plain --wal-method=stream --checkpoint=fast --no-password
pg_verifybackup --quiet "$part"
mv "$part" "$BACKUP_DIR/base-$stamp"

find "$BACKUP_DIR" -maxdepth 1 -name 'base-*' | sort -r | tail -n "+$((${BACKUPS_KEPT:-7} + 1))" | while read -r old; do
    rm -rf "$old"
done
oldest=$(find "$BACKUP_DIR" -maxdepth 1 -name 'base-*' | sort | head -n 1)
first=$(sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]*\))$/\1/p' "$oldest/backup_label")
pg_archivecleanup "$BACKUP_DIR/wal" "$first"
echo "base-$stamp"
