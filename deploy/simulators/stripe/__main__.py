import sys

from deploy.simulators.gateway.notices import Manner
from deploy.simulators.gateway.process import run
from deploy.simulators.stripe.gateway import Stripe

HOUR = 3600
SCHEDULE = (60, 600, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, 16 * HOUR, 24 * HOUR)
MANNER = Manner(schedule=SCHEDULE, is_heard=lambda status, body: 200 <= status < 300, timeout=10)  # noqa: PLR2004

if __name__ == "__main__":
    sys.exit(run("stripe", MANNER, Stripe, port=8110))
