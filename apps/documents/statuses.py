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


class IssueStatus(TextChoices):
    RESERVED = "reserved", _("Being made")
    ISSUED = "issued", _("Issued")
    VOID = "void", _("Void")


REASONS = {
    "not_a_picture": _("This is not a JPEG or PNG picture."),
    "picture_damaged": _("The picture is damaged. Please take it again."),
    "too_many_pixels": _("The picture has too many pixels. Please send a smaller one."),
    "photo_too_small": _("The photo is too small: at least 354 × 472 pixels are needed."),
    "photo_wrong_shape": _("The photo has the wrong shape: 33 mm wide and 48 mm high are needed."),
    "too_large": _("The file is larger than announced."),
    "never_uploaded": _("The file never arrived."),
}

TYPES = ("image/jpeg", "image/png")
LARGEST = {FileKind.PHOTO: 5 * 1024 * 1024, FileKind.PAPER: 12 * 1024 * 1024}
"""In bytes (R24 for the photo)."""
