"""How other programs talk to ``manage.py verify`` and ``manage.py mrz``: JSON lines, one answer to each."""
