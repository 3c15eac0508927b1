from django.contrib.auth.password_validation import validate_password

from apps.accounts.models import User


def create_officer(*, username: str, password: str, language: str = "zh-hans") -> User:
    """An account for the staff screens. Raises Django's ``ValidationError`` for a password that is too weak."""
    validate_password(password)
    return User.objects.create_user(username, password, is_staff=True, language=language)
