"""Words without consular meaning: errors, registries, workflows, records, problem details.

Doors: every module here. It must not know any other app, nor what a consulate is.
"""
