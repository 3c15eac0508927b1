"""One module per payment company, imported here so that it registers; each speaks ``base``'s words."""

from apps.payments.providers import sandbox, wechat_pay

__all__ = ["sandbox", "wechat_pay"]
