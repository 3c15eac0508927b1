"""The journey as a phone and an officer's browser make it, over HTTP, against whatever is running.

Doors: `python -m deploy.demo --base-url … --staff-url … --profile-dir …`, and `contract.Contract`, which holds every
answer against the published schema. It shares no code with the product.
"""
