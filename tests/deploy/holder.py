"""A launcher reduced to its frame: starts the services of a profile, says `up` with its settings, and stays."""

import json
import sys

from deploy.local import signals
from deploy.local.stack import start_services


def main(profile: str) -> int:
    signals.install()
    try:
        stack = start_services(profile)
        with stack:
            stack.publish()
            sys.stdout.write(json.dumps(stack.settings) + "\n")
            sys.stdout.flush()
            stack.supervisor.watch()
    except signals.Interrupted as interrupted:
        return 128 + interrupted.number
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
