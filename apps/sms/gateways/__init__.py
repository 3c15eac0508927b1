"""One module per company that carries text messages. Each adds itself to ``base.gateways``."""

from apps.sms.gateways import aliyun, base

__all__ = ["aliyun", "base"]
