"""Embassies and consulates: districts, hours, calendars, services and tariffs.

Doors: ``services``, ``models``, ``money``. It must not know cases or payments.
"""
