"""The product, one app a concern. Imports go down only; see docs/architecture.md for the order."""
