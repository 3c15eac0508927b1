"""Numbers of documents that were made and are void. Who issues names them (``withdrawn.py``); who publishes asks all.

Numbers only: they go to everybody.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from apps.kernel.registry import Registry

withdrawn: Registry[Callable[[datetime], Iterable[str]]] = Registry("withdrawn documents")
"""Each answers the numbers whose printed validity has not ended at this time."""
