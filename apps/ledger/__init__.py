"""Double entry per post and currency. The database balances, seals and keeps it; nothing here is ever edited.

Doors: ``services.post`` and ``services.reverse``, in the transaction in which the money moves; ``reports`` to read.
It must not know what is paid for or by whom: a source is an opaque key.
"""
