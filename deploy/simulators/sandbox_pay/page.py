"""The payer's page: one amount in large letters, two buttons, two languages, no script."""

from html import escape

from deploy.simulators.sandbox_pay.orders import CLOSED, PAID, Order

DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "XAF": 0, "XOF": 0, "BHD": 3, "KWD": 3, "JOD": 3, "TND": 3, "OMR": 3}

WORDS = {
    "zh-hans": {
        "title": "沙盒支付",
        "demo": "演示环境，不会真实扣款",
        "amount": "应付金额",
        "for": "缴费项目",
        "number": "订单号",
        "pay": "确认支付",
        "cancel": "取消",
        "paid": "支付成功",
        "paid_more": "款项已收到。您可以关闭此页面，回到“中国领事”应用。",
        "closed": "此订单已关闭",
        "closed_more": "没有扣款。请回到“中国领事”应用，如需缴费请重新发起。",
        "declined": "支付未成功：银行拒绝了这笔付款，没有扣款。您可以再试一次或取消。",
        "gone": "没有这个订单",
        "gone_more": "链接可能不完整。请回到“中国领事”应用重新打开支付页面。",
        "back": "返回",
        "other": "English",
    },
    "en": {
        "title": "Sandbox Pay",
        "demo": "Demonstration: no real money moves",
        "amount": "Amount to pay",
        "for": "For",
        "number": "Order",
        "pay": "Pay now",
        "cancel": "Cancel",
        "paid": "Payment received",
        "paid_more": "Thank you. You can close this page and go back to the China Consular app.",
        "closed": "This order is closed",
        "closed_more": "Nothing was charged. Go back to the China Consular app to start a new payment.",
        "declined": "The bank declined this payment. Nothing was charged. You can try again or cancel.",
        "gone": "There is no such order",
        "gone_more": "The link may be incomplete. Open the payment page again from the China Consular app.",
        "back": "Back",
        "other": "简体中文",
    },
}

STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f3f4f6;color:#1f2937;font-size:18px;line-height:1.6;
font-family:system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header{background:#9f1d20;color:#fff;padding:14px 20px;display:flex;justify-content:space-between;align-items:center}
header b{font-size:20px}
header a{color:#fff;padding:8px 0}
main{max-width:480px;margin:0 auto;padding:20px}
.demo{background:#fef3c7;color:#78350f;border-radius:10px;padding:10px 16px;margin:0 0 16px;text-align:center}
.card{background:#fff;border-radius:16px;padding:28px 24px;box-shadow:0 2px 10px rgba(0,0,0,.08)}
.amount{font-size:48px;font-weight:700;line-height:1.2;margin:4px 0 20px;overflow-wrap:anywhere}
.amount small{font-size:22px;font-weight:500;color:#6b7280}
dl{margin:0 0 24px;border-top:1px solid #e5e7eb}
dl div{display:flex;justify-content:space-between;gap:16px;padding:12px 0;border-bottom:1px solid #e5e7eb}
dt{color:#6b7280;white-space:nowrap}
dd{margin:0;text-align:right;overflow-wrap:anywhere}
button{display:block;width:100%;min-height:60px;border-radius:12px;border:0;font:inherit;font-size:22px;font-weight:600;cursor:pointer}
button:focus-visible,a:focus-visible{outline:3px solid #2563eb;outline-offset:2px}
.pay{background:#9f1d20;color:#fff}
.cancel{background:#fff;color:#374151;border:2px solid #d1d5db;margin-top:14px}
.mark{font-size:56px;line-height:1;text-align:center}
.ok{color:#15803d}.no{color:#6b7280}
h1{font-size:28px;line-height:1.3;text-align:center;margin:10px 0}
.more{text-align:center}
.alert{background:#fee2e2;color:#7f1d1d;border-radius:10px;padding:12px 16px;margin:0 0 20px}
"""


def amount(order: Order) -> str:
    """The number alone, exact: ``1,600.00``."""
    digits = DIGITS.get(order.wanted.currency, 2)
    whole, rest = divmod(order.wanted.amount_minor, 10**digits)
    return f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")


def render(order: Order | None, language: str, *, declined: bool = False) -> str:
    """The whole page for the state the order is in; nothing at all is a page that says so."""
    words = WORDS[language]
    other = "en" if language == "zh-hans" else "zh-hans"
    return (
        f'<!doctype html><html lang="{"zh-Hans" if language == "zh-hans" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{words['title']}</title><style>{STYLE}</style></head><body>"
        f"<header><b>{words['title']}</b>"
        f'<a href="?lang={other}" lang="{"en" if other == "en" else "zh-Hans"}">{words["other"]}</a></header>'
        f'<main><p class="demo">{words["demo"]}</p><section class="card">'
        f"{_card(order, language, declined=declined)}</section></main></body></html>"
    )


def _card(order: Order | None, language: str, *, declined: bool) -> str:
    if order is None:
        return _message(language, "gone", "?", "no")
    if order.status == PAID:
        return _message(language, "paid", "✓", "ok") + _back(order, language)
    if order.status == CLOSED and not order.can_be_paid:
        return _message(language, "closed", "×", "no") + _back(order, language)
    return _form(order, language, declined=declined)


def _message(language: str, name: str, mark: str, tone: str) -> str:
    words = WORDS[language]
    return (
        f'<div class="mark {tone}" aria-hidden="true">{mark}</div><h1>{words[name]}</h1>'
        f'<p class="more">{words[f"{name}_more"]}</p>'
    )


def _back(order: Order, language: str) -> str:
    url = order.wanted.return_url
    return f'<p class="more"><a href="{escape(url)}">{WORDS[language]["back"]}</a></p>' if url else ""


def _form(order: Order, language: str, *, declined: bool) -> str:
    words = WORDS[language]
    alert = f'<p class="alert" role="alert">{words["declined"]}</p>' if declined else ""
    return (
        f"{alert}<div>{words['amount']}</div>"
        f'<div class="amount">{amount(order)} <small>{escape(order.wanted.currency)}</small></div>'
        f"<dl><div><dt>{words['for']}</dt><dd>{escape(order.wanted.title[language])}</dd></div>"
        f"<div><dt>{words['number']}</dt><dd>{escape(order.wanted.reference)}</dd></div></dl>"
        f'<form method="post" action="?lang={language}">'
        f'<button class="pay" name="action" value="pay">{words["pay"]}</button>'
        f'<button class="cancel" name="action" value="cancel">{words["cancel"]}</button></form>'
    )
