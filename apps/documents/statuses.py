from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FileKind(TextChoices):
    PHOTO = "photo", _("Photo")
    PAPER = "paper", _("Paper")


class FileStatus(TextChoices):
    EXPECTED = "expected", _("Waiting for the upload")
    RECEIVED = "received", _("Being checked")
    CLEAN = "clean", _("Checked")
    REJECTED = "rejected", _("Cannot be used")
    DISCARDED = "discarded", _("Deleted")


class IssueStatus(TextChoices):
    RESERVED = "reserved", _("Being made")
    ISSUED = "issued", _("Issued")
    VOID = "void", _("Void")


REASONS = {
    "not_a_picture": _("This is not a JPEG, PNG or HEIC picture."),
    "picture_damaged": _("The picture is damaged. Please take it again."),
    "too_many_pixels": _("The picture has too many pixels. Please send a smaller one."),
    "pdf_damaged": _("The PDF is damaged. Please send it again, or a photo of each page."),
    "pdf_locked": _("The PDF is locked with a password. Please send it without one."),
    "pdf_too_many_pages": _("The PDF has too many pages: at most 30."),
    "pdf_too_complex": _("The PDF unpacks to too much. Please send a photo of each page."),
    "took_too_long": _("Checking this file takes too long. Please send a simpler one."),
    "unreadable": _("This file cannot be read. Please send another one."),
    "infected": _("A virus was found in this file."),
    "too_large": _("The file is larger than announced."),
    "never_uploaded": _("The file never arrived."),
}

REMARKS = {
    "photo_too_small": _("The photo has few pixels: at least 354 × 472 are needed."),
    "photo_wrong_shape": _("The photo has the wrong shape: 33 mm wide and 48 mm high are needed."),
    "background_not_white": _("The background does not look white."),
    "background_uneven": _("The background is not even: shadows or objects are seen in it."),
    "photo_too_dark": _("The photo looks too dark."),
    "photo_too_bright": _("The photo looks too bright."),
    "photo_low_contrast": _("The photo has little contrast."),
    "photo_blurred": _("The photo looks blurred."),
    "head_too_narrow": _("The head looks too small: it should be 15 to 22 mm wide."),
    "head_too_wide": _("The head looks too large: it should be 15 to 22 mm wide."),
    "head_too_high": _("There is little space above the head: it should be 3 to 5 mm."),
    "head_too_low": _("There is much space above the head: it should be 3 to 5 mm."),
}
"""What the automatic check of a photo may say (R24). Advice: nothing is refused for it."""

PICTURES = ("image/jpeg", "image/png", "image/heic", "image/heif")
PDF = "application/pdf"
TYPES = {FileKind.PHOTO: PICTURES, FileKind.PAPER: (*PICTURES, PDF)}
LARGEST = {FileKind.PHOTO: 5 * 1024 * 1024, FileKind.PAPER: 12 * 1024 * 1024}
"""In bytes (R24 for the photo)."""
LARGEST_CLEAN = 24 * 1024 * 1024
"""A clean copy may be larger than what was sent: a small PNG of a large scan, for instance."""
