"""Text messages to phones, through a company that carries them.

Doors: ``services.send``, ``services.find``. A company takes approved templates only: we name one and give its values.
It must not know who is written to, or why.
"""
