"""`./dev drill attacks [ID …]`: attacks of docs/reference/security.md against the running product.

One JSON line each: `{"id", "pass", "evidence"}`. Ends with 1 when any did not pass, or could not be tried here:
what was not tried is not survived.
"""

from collections.abc import Callable, Sequence

import httpx

from deploy.drills import _guessing, _outage, _rights, _slow, _uploads
from deploy.drills._site import Found, Site, site
from deploy.local.console import LaunchError, say

ATTACKS: dict[str, Callable[[Site], Found]] = {
    "A3": _rights.mass_assignment,
    "A4": _rights.four_eyes,
    "C4": _guessing.codes,
    "C5": _guessing.passwords,
    "U1": _uploads.too_much,
    "U2": _uploads.polyglots,
    "U5": _uploads.metadata,
    "I5": _slow.slow_clients,
    "R3": _outage.broker_gone,
}


def run(arguments: Sequence[str]) -> int:
    """1 when any attack got through."""
    chosen = list(arguments) or list(ATTACKS)
    if strangers := sorted(set(chosen) - set(ATTACKS)):
        raise LaunchError(f"no attack {', '.join(strangers)}: there are {', '.join(ATTACKS)}")
    with site() as target:
        found = [_attack(name, target) for name in chosen]
    missed = [one.id for one in found if one.is_good is False]
    skipped = [one.id for one in found if one.is_good is None]
    say(f"{len(found) - len(missed) - len(skipped)} of {len(found)} held; missed: {missed}; SKIPPED: {skipped}")
    return 1 if missed or skipped else 0


def _attack(name: str, target: Site) -> Found:
    say(f"attack {name}")
    try:
        found = ATTACKS[name](target)
    except (httpx.HTTPError, LookupError, OSError, ValueError) as error:
        found = Found(name, is_good=False, evidence=f"it could not be judged: {type(error).__name__}: {error}")
    print(found.line(), flush=True)
    return found
