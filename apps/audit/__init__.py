"""Who saw or changed what. Append-only: the database refuses to edit or delete an entry.

Doors: ``services.record``; ``services.seal``, ``services.verify`` and ``services.sealing_lag``, with which a process
of its own signs what was written down, so that later editing shows. It must not know what the subjects are.
"""
