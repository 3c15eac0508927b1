"""One module per kind of document that can be verified; each registers itself in ``base.formats``."""

from apps.seals.formats import address, image, pdf, vds
from apps.seals.formats.base import Format, Question, formats, recognised

__all__ = ["Format", "Question", "address", "formats", "image", "pdf", "recognised", "vds"]
