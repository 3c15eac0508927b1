"""A release of ``sessions`` that adds a column: what stands for any migration that needs a table for itself."""
