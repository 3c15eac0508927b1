"""How staff sign in: passkeys, the links that make them, and confirmations of grave acts.

Doors: ``services``, ``admin.guard`` (who sits at the desk), ``admin.confirm`` (ask for the passkey again).
It must not know cases, posts or citizens.
"""
