"""`python -m deploy.demo --base-url URL --staff-url URL --profile-dir DIR`: play the journey, keep its results."""

import argparse
import json
import sys
from pathlib import Path

import httpx

from deploy.demo.contract import Broken
from deploy.demo.journey import play
from deploy.demo.phone import Refused


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy.demo")
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--staff-url", required=True)
    parser.add_argument("--profile-dir", type=Path, required=True)
    given = parser.parse_args()
    logins = json.loads((given.profile_dir / "logins.json").read_text(encoding="utf-8"))
    try:
        play(base_url=given.base_url, staff_url=given.staff_url, logins=logins, folder=given.profile_dir)
    except (Refused, Broken, TimeoutError, LookupError, httpx.HTTPError, OSError) as reason:
        print(f"the journey stopped: {type(reason).__name__}: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
