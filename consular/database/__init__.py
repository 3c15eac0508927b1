"""What each kind of process may do in the database, and which rows the desk sees.

Doors: ``manage.py secure_database`` (after ``migrate``); the tables ``grants.TABLES`` and ``rows.RULES``, where a new
table is named; ``desk.as_the_officer``, the middleware of the staff's process.
"""
