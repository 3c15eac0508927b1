"""Who saw or changed what. Append-only: the database refuses to edit or delete an entry.

Door: ``services.record``. It must not know what the subjects are.
"""
