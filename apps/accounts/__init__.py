"""People, their devices and consents: who signs in, and for which citizens they may act.

Doors: ``services``, ``api.base`` (CitizenView). It must not know cases, posts or fees.
"""
