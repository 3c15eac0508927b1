"""A payment company without money. ``SANDBOX_PAY_SECRET=... python -m deploy.simulators.sandbox_pay --port 8100``

Every request carries ``Sandbox-Timestamp`` (Unix seconds, at most 300 off) and ``Sandbox-Signature``: HMAC-SHA256 in
hexadecimal of ``TIMESTAMP.METHOD PATH.BODY``. Every answer, errors included, is signed over ``TIMESTAMP.BODY``.

| call | does |
|---|---|
| ``POST /orders`` | makes an order: 201; the very same again: 200; anything else under its reference: 409 |
| ``GET /orders/REFERENCE`` | how it stands; 404 ``no_such_order`` |
| ``POST /orders/REFERENCE/close`` with ``{}`` | nobody can pay it any more; 409 ``already_paid`` |
| ``GET /journal`` | every capture and every order, for drills that compare books |
| ``GET /pay/TOKEN`` | the page for the payer, unsigned; ``?lang=en`` for English, Chinese otherwise |
| ``GET /livez`` | 200 |

An order has exactly ``reference`` (6 to 32 letters, digits, ``_`` or ``-``), ``amount_minor`` (integer, smallest unit),
``currency`` (ISO 4217), ``title`` (``{"zh-hans", "en"}``), ``notify_url`` (no query) and ``expires_at`` (RFC 3339); it
may have ``return_url``. Answers about an order have ``reference``, ``status`` (``open | paid | closed``),
``amount_minor``, ``currency``, ``transaction``, ``pay_url``, ``expires_at``, and ``at``, the time of the last change.

Notices go to ``notify_url`` when an order is paid or cancelled: the same fields without the page, and an ``id``; signed
over ``TIMESTAMP.BODY``; repeated until answered with 2xx, for about two minutes.

The last two digits of ``amount_minor`` make trouble on purpose: see ``orders.Trouble``.
"""
