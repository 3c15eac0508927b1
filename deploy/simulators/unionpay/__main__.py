import sys

from deploy.simulators.gateway.notices import Manner
from deploy.simulators.gateway.process import run
from deploy.simulators.unionpay.gateway import UnionPay

MANNER = Manner(schedule=(60, 120, 240, 300), is_heard=lambda status, body: status == 200, timeout=10)  # noqa: PLR2004

if __name__ == "__main__":
    sys.exit(run("unionpay", MANNER, UnionPay, port=8108))
