"""Alipay's OpenAPI (``gateway.do``, version 1.0) with one merchant, its two applications and the phones of its payers.

One application proves itself by a bare key, the other by certificates; both sell for the same ``seller_id``. What is
asked goes through ``public`` (who asks, by which signature), ``fields`` (what it may say) and then to one of
``offering``, ``asking``, ``refunding`` and ``bills``. ``phone`` is the payer, ``telling`` the asynchronous notice.

Stricter than the company: an unknown field, a notice address with a query and a call by GET (which would put
personal data into addresses and logs) are refused; the last can be allowed by ``POST /calls {"get": true}``.
"""
