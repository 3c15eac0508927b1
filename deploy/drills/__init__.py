"""Rehearsals of bad days, for `./dev drill NAME`: each breaks something real and counts what was lost.

A drill is a module here with `run(arguments)`, which answers the exit code: 0 only when nothing was lost.
"""
