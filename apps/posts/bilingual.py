"""Words that staff or a seed file wrote down twice, in Chinese and in English."""

from django.utils.translation import get_language


def said(*, zh: str, en: str) -> str:
    """The one in the language now active; Chinese unless that is another language."""
    return zh if (get_language() or "zh").startswith("zh") else en
