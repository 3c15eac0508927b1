"""The citizen's phone: open orders, two buttons each, two languages, no script."""

from collections.abc import Sequence
from html import escape

from deploy.simulators.gateway.plug import CLOSED, OPEN, PAID, SCANNED, Payable

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
NO_DIGITS = frozenset(["JPY", "KRW", "VND", "CLP", "XAF", "XOF", "XPF", "UGX", "RWF", "ISK", "PYG"])
THREE_DIGITS = frozenset(["BHD", "KWD", "JOD", "TND", "OMR", "IQD", "LYD"])
SHOWN = 50
"""The newest orders."""

WORDS = {
    "zh-hans": {
        "html": "zh-Hans",
        "title": "模拟付款",
        "demo": "模拟环境，不会真实扣款",
        "none": "没有待付款的订单",
        "pay": "确认支付",
        "cancel": "取消",
        "other": "English",
        OPEN: "待支付",
        SCANNED: "支付中",
        PAID: "已支付",
        CLOSED: "已关闭",
        "payer_declined": "支付未成功：银行拒绝了这笔付款，没有扣款。",
        "refused": "这个订单现在不能这样操作。",
    },
    "en": {
        "html": "en",
        "title": "Simulated payment",
        "demo": "A simulation: no real money moves",
        "none": "There is nothing to pay",
        "pay": "Pay now",
        "cancel": "Cancel",
        "other": "简体中文",
        OPEN: "To be paid",
        SCANNED: "Being paid",
        PAID: "Paid",
        CLOSED: "Closed",
        "payer_declined": "The bank declined this payment. Nothing was charged.",
        "refused": "This cannot be done with that order now.",
    },
}

STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f3f4f6;color:#1f2937;font-size:18px;line-height:1.6;
font-family:system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header{background:#1f2937;color:#fff;padding:14px 20px;display:flex;justify-content:space-between;align-items:center}
header a{color:#fff;padding:8px 0}
main{max-width:480px;margin:0 auto;padding:20px}
.demo{background:#fef3c7;color:#78350f;border-radius:10px;padding:10px 16px;margin:0 0 16px;text-align:center}
.card{background:#fff;border-radius:16px;padding:20px 24px;margin:0 0 16px;box-shadow:0 2px 10px rgba(0,0,0,.08)}
.amount{font-size:40px;font-weight:700;line-height:1.3;overflow-wrap:anywhere}
.amount small{font-size:20px;font-weight:500;color:#6b7280}
.number{color:#6b7280;overflow-wrap:anywhere}
button{width:100%;min-height:56px;margin-top:12px;border-radius:12px;border:0;font:inherit;font-weight:600;cursor:pointer}
button:focus-visible,a:focus-visible{outline:3px solid #2563eb;outline-offset:2px}
.pay{background:#15803d;color:#fff}
.cancel{background:#fff;color:#374151;border:2px solid #d1d5db}
.alert{background:#fee2e2;color:#7f1d1d;border-radius:10px;padding:12px 16px;margin:0 0 16px}
"""


def amount(amount_minor: int, currency: str) -> str:
    """The number alone, exact: ``1,600.00``."""
    digits = 0 if currency in NO_DIGITS else 3 if currency in THREE_DIGITS else 2
    whole, rest = divmod(amount_minor, 10**digits)
    return f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")


def render(payables: Sequence[Payable], language: str, *, title: str, said: str = "", action: str = "/phone") -> str:
    """The whole page, newest order first; ``said`` is the code of what was just refused."""
    words = WORDS[language]
    other = "en" if language == "zh-hans" else "zh-hans"
    alert = f'<p class="alert" role="alert">{words.get(said, words["refused"])}</p>' if said else ""
    cards = "".join(_card(payable, language, action) for payable in reversed(payables[-SHOWN:]))
    return (
        f'<!doctype html><html lang="{words["html"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{words['title']}</title><style>{STYLE}</style></head><body>"
        f'<header><b>{words["title"]} · {escape(title)}</b><a href="?lang={other}" lang="{WORDS[other]["html"]}">'
        f'{words["other"]}</a></header><main><p class="demo">{words["demo"]}</p>{alert}'
        f"{cards or '<p>' + words['none'] + '</p>'}</main></body></html>"
    )


def _card(payable: Payable, language: str, action: str) -> str:
    words = WORDS[language]
    buttons = (
        f'<form method="post" action="{escape(action)}?lang={language}">'
        f'<input type="hidden" name="code" value="{escape(payable.code)}">'
        f'<button class="pay" name="action" value="pay">{words["pay"]}</button>'
        f'<button class="cancel" name="action" value="cancel">{words["cancel"]}</button></form>'
    )
    return (
        f'<section class="card"><div>{words[payable.state]} · {escape(payable.title)}</div>'
        f'<div class="amount">{amount(payable.amount_minor, payable.currency)} '
        f"<small>{escape(payable.currency)}</small></div>"
        f'<div class="number">{escape(payable.reference)}</div>'
        f"{buttons if payable.can_be_paid else ''}</section>"
    )
