"""The case: its status, history and papers, whatever the procedure. ``services.move`` is the only writer of a status.

Doors: ``services``, ``procedure`` (how a vertical plugs in), ``events``. It must not know any vertical.
"""
