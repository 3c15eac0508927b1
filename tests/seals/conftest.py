import pytest
import typst

from apps.seals import services
from tests.seals.factories import AT

PAGE = """
#set document(title: "紧急旅行证件 Emergency Travel Document", date: datetime(year: 2026, month: 11, day: 23))
#set page(paper: "a4")
= Emergency Travel Document
ZHANG SANFENG
{code}
"""


@pytest.fixture
def key_folder(settings, tmp_path):
    settings.SIGNING_KEYS_DIR = str(tmp_path / "keys")
    settings.SIGNING_KEYS_PASSPHRASE = "a passphrase for tests"
    return tmp_path / "keys"


@pytest.fixture
def signing_keys(db, key_folder):
    """The three current keys, by purpose."""
    return {key.purpose: key for key in services.create_keys(at=AT)}


@pytest.fixture(scope="session")
def typeset(tmp_path_factory):
    """A PDF/A-2b of one page; with a picture on it, if one is given."""

    def compile_(png=None):
        folder = tmp_path_factory.mktemp("page")
        if png:
            (folder / "code.png").write_bytes(png)
        source = PAGE.format(code='#image("code.png", width: 20mm)' if png else "")
        (folder / "page.typ").write_text(source, encoding="utf-8")
        return typst.compile(str(folder / "page.typ"), pdf_standards=["a-2b"])

    return compile_


@pytest.fixture(scope="session")
def page(typeset):
    return typeset()
