"""Payment companies: where they are, and where the keys of our merchants lie."""

from consular.settings.environment import ENV

MERCHANT_KEYS = ENV["MERCHANT_KEYS"]
REFUNDS_BY_RULE_AN_HOUR = ENV["REFUNDS_BY_RULE_AN_HOUR"]
WECHAT_PAY_URL = ENV["WECHAT_PAY_URL"].rstrip("/")
WECHAT_PAY_GLOBAL_URL = ENV["WECHAT_PAY_GLOBAL_URL"].rstrip("/")
ALIPAY_URL = ENV["ALIPAY_URL"]
UNIONPAY_URL = ENV["UNIONPAY_URL"].rstrip("/")
UNIONPAY_FILES_URL = ENV["UNIONPAY_FILES_URL"].rstrip("/")
STRIPE_URL = ENV["STRIPE_URL"].rstrip("/")
SANDBOX_PAY_URL = ENV["SANDBOX_PAY_URL"].rstrip("/")
SANDBOX_PAY_SECRET = ENV["SANDBOX_PAY_SECRET"]
