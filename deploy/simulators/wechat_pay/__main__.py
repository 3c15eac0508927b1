import sys

from deploy.simulators.gateway.process import run
from deploy.simulators.wechat_pay.telling import MANNER
from deploy.simulators.wechat_pay.wechat import WeChatPay

if __name__ == "__main__":
    sys.exit(run("wechat_pay", MANNER, WeChatPay, port=8104))
