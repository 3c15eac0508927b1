"""A release of ``kernel`` with a migration that old code does not survive."""
