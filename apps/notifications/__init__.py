"""Messages to people: the in-app inbox and the channels that carry them further.

Doors: ``services.tell``. The words are in ``texts/<language>/<template>.txt``; ``channels`` lists the carriers.
It must not know what a case is; its callers name a template and the facts.
"""
