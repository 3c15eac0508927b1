import sys

from deploy.simulators.alipay.gateway import Alipay
from deploy.simulators.alipay.telling import MANNER
from deploy.simulators.gateway.process import run

if __name__ == "__main__":
    sys.exit(run("alipay", MANNER, Alipay, port=8102))
