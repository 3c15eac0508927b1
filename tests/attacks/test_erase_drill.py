"""The drill that looks for somebody erased: what it looks for can be found."""

import io

import pytest
from PIL import Image

from apps.documents.cleaning import clean
from deploy.demo import pictures
from deploy.drills import _planted, _traces
from deploy.drills._canary import Canary
from deploy.drills.erase import Line, told

CANARY = Canary.new("00c0ffee")


@pytest.mark.parametrize(
    ("picture", "kind"),
    [(pictures.portrait(), "photo"), (pictures.paper("IDENTITY"), "paper"), (pictures.paper("STAMP"), "paper")],
)
def test_the_mark_of_a_scan_is_still_found_in_what_cleaning_leaves(picture, kind):
    made = clean(CANARY.marked(picture), kind=kind).content

    assert CANARY.mark.encode() not in made, "as bytes it is gone"
    assert _traces.found_in(_planted.read(made), CANARY.words) == {CANARY.mark}


def test_what_is_no_picture_reads_as_nothing():
    blank = io.BytesIO()
    Image.new("RGB", (100, 100), "white").save(blank, "PNG")
    assert [_planted.read(content) for content in (b"", b"%PDF-1.7", blank.getvalue())] == [b"", b"", b""]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([Line("tables", 9, 5, ()), Line("logs", 9, 1, ())], 0),
        ([Line("tables", 9, 5, ()), Line("logs", 9, 0, ())], 1),
        ([Line("tables", 9, 5, ("accounts_user: canary",)), Line("logs", 9, 1, ())], 1),
    ],
)
def test_a_single_place_where_nothing_was_found_before_fails_the_drill(lines, code, capsys):
    assert told(lines) == code
    assert ("logs: this proves nothing" in capsys.readouterr().out) is (lines[1].before == 0)
