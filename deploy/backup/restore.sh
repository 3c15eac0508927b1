#!/bin/sh
# restore.sh BASE DATA [TIME]: makes DATA, an empty or absent folder, from a base backup and the changes since: all of
# them, or those up to TIME (2026-11-23 09:30:00+00). PostgreSQL does the rest when it is started there.
set -eu
: "${BACKUP_DIR:?where backups lie}"
base=$1 data=$2 time=${3:-}
umask 077
mkdir -p "$data"
[ -z "$(ls -A "$data")" ] || { echo "restore.sh: $data is not empty" >&2; exit 1; }
cp -a "$base/." "$data/"
# the file that was being written when the line broke
for part in "$BACKUP_DIR"/wal/*.partial; do
    [ -e "$part" ] && [ ! -e "${part%.partial}" ] && cp "$part" "${part%.partial}"
done
chmod -R go+rX "$BACKUP_DIR/wal" && chmod go+x "$BACKUP_DIR"
{
    echo "restore_command = 'cp \"$BACKUP_DIR/wal/%f\" \"%p\"'"
    echo "recovery_target_timeline = 'latest'"
    if [ -n "$time" ]; then
        echo "recovery_target_time = '$time'"
        echo "recovery_target_action = 'promote'"
    fi
} >>"$data/postgresql.auto.conf"
: >"$data/recovery.signal"
