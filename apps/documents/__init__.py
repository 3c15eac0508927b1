"""Files people send (cleaned before anyone opens them) and documents we issue (numbered once, stored, never reused).

Doors: ``services``, ``rendering``. It must not know cases or signatures.
"""
