"""What happened to a passport: reported lost and frozen at once (R20, R21).

Doors: ``services``, ``events``. It must not know which application follows from it.
"""
