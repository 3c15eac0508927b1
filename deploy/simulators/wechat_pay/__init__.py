"""WeChat Pay (APIv3) without money, domestic and cross-border: ``python -m deploy.simulators.wechat_pay``.

| port | what |
|---|---|
| data | ``/v3/…`` as WeChat Pay documents it; ``/h5/CODE`` is the page behind ``h5_url`` |
| control | see ``deploy.simulators.gateway.control``, and below |

``GET /merchant`` shows all that the first merchant needs to configure: number, applications, APIv3 key, private key and
serial number, the platform's certificates and public key with its id. ``GET /merchants/MCHID`` shows another one,
``POST /merchants`` makes one: ``profile`` is ``domestic``, ``cross_border`` or ``institution``; ``currency`` is what
it prices in; ``key_mode`` is ``certificate``, ``public_key`` or ``both``. ``POST /keys/rotate {"kind"}`` renews the
platform's ``certificate`` or ``public_key`` (the old one is valid for another day) or adds a key of a ``merchant``.
``POST /rates {"EUR": 780000000}`` sets what a currency is worth, times 10^8. ``POST /console/refund {"reference",
"amount"?, "notify_url"?}`` refunds past the merchant's own system. ``POST /balance {"balance", "mchid"?}`` fills up.

Two things are laxer than in the world: notices go to the loopback and by plain HTTP, and nobody is slowed down.
"""
