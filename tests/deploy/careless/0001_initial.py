# ruff: noqa: N999
from importlib import import_module

Migration = import_module("apps.kernel.migrations.0001_initial").Migration
