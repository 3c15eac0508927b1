"""Quotes, payments and providers. Money is integer minor units and an ISO 4217 code.

Doors: ``services``, ``events``. It must not know what is paid for: a payable is an opaque key.
"""
