"""Messages to people: the in-app inbox and the channels that carry them further.

Doors: ``services.tell``. It must not know what a case is; its callers name a template and the facts.
"""
