"""`./dev bench [NAME …]`: measurements (`deploy.bench`), all of them or those named."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Sequence

from deploy.local.console import LaunchError, say

PACKAGE = "deploy.bench"


def run(arguments: Sequence[str]) -> int:
    """The worst of their exit codes. Raises LaunchError when one is unknown."""
    known = names()
    if unknown := [name for name in arguments if name not in known]:
        raise LaunchError(f"no bench {unknown[0]!r}: there are {', '.join(known) or 'none'}")
    if not known:
        raise LaunchError("there is nothing to measure yet")
    worst = 0
    for name in arguments or known:
        say(f"measuring: {name}")
        worst = max(worst, int(importlib.import_module(f"{PACKAGE}.{name}").run([])))
    return worst


def names() -> list[str]:
    """Modules with a `run`, in the order of the alphabet."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec else []
    found = [one.name for one in pkgutil.iter_modules(places) if not one.name.startswith("_")]
    return sorted(name for name in found if hasattr(importlib.import_module(f"{PACKAGE}.{name}"), "run"))
