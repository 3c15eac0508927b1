"""`./dev drill NAME …`: a rehearsal of a bad day (`deploy.drills`)."""

import importlib
import pkgutil
from collections.abc import Sequence

import deploy.drills
from deploy.local.console import LaunchError


def run(arguments: Sequence[str]) -> int:
    """The drill's own exit code. Raises LaunchError when there is none of this name."""
    return run_one_of(deploy.drills.__name__, list(deploy.drills.__path__), "drill", arguments)


def run_one_of(package: str, path: Sequence[str], kind: str, arguments: Sequence[str]) -> int:
    """`run` of the module that the first argument names."""
    names = sorted(found.name for found in pkgutil.iter_modules(path) if not found.name.startswith("_"))
    name, *rest = arguments or [""]
    if name not in names:
        raise LaunchError(f"no {kind} {name!r}: there are {', '.join(names) or 'none'}")
    return int(importlib.import_module(f"{package}.{name}").run(rest))
