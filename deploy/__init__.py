"""What runs the product: the launcher behind `./dev` (`deploy.local`) and what stands in for outsiders.

Nothing in `apps` or `consular` imports from here.
"""
