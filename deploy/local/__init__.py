"""The launcher behind `./dev`: starts, watches and stops every process that a developer's machine needs.

Owns `var/<profile>/` (data, logs, secrets, the lock). Doors: `deploy.local.stack.start_services`,
`deploy.local.contract.CONTRACT` (every variable the product is given) and
`deploy.local.testing.ensure_test_services`. Knows no Django: manage.py and the workers are processes to it.
"""
