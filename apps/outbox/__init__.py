"""Reliable delivery: what follows from a fact happens exactly once, or is visibly unfinished.

Doors: ``events`` (Event, on, effect), ``services.publish``. Celery only wakes the workers; PostgreSQL owns the job.
It must not know what any event means.
"""
