"""docs/reference/security.md promises nothing that is not there."""

import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import settings

from consular.reference import security
from deploy.drills import attacks
from deploy.drills._catalogue import ATTACKS, HERE
from deploy.drills._site import Found
from deploy.local import drill
from deploy.local.console import LaunchError

ROOT = Path(settings.BASE_DIR)
SHOWN = sorted({shown for attack in ATTACKS for shown in attack.shown})
CORE = {"R1", "R2", "R3", "A1", "A2", "A3", "A4", "C1", "C2", "C4", "C5", "C8"}
CORE |= {"U1", "U2", "U5", "I1", "I3", "I4", "I5", "D1", "D2", "D4", "D8", "S1"}


def is_there(shown):
    """A test by its name in its file; a drill by its module and, where it takes names, by the name."""
    if shown.startswith("./dev drill "):
        _dev, _drill, name, *rest = shown.split()
        known = (ROOT / "deploy/drills" / f"{name}.py").exists()
        return known and set(rest) <= set(attacks.ATTACKS)
    path, _, name = shown.partition("::")
    return bool(name) and bool(re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE))


@pytest.mark.parametrize("shown", SHOWN)
def test_every_test_and_drill_that_is_named_exists(shown):
    assert is_there(shown)


def test_a_name_nobody_has_is_found_out():
    assert not is_there("tests/attacks/test_catalogue.py::test_nobody_wrote_this")
    assert not is_there("./dev drill nothing")
    assert not is_there(f"{HERE} Z9")


def test_the_whole_core_is_listed_once_and_shown():
    assert len({attack.id for attack in ATTACKS}) == len(ATTACKS) == 67
    assert {attack.id for attack in ATTACKS if attack.is_core} == CORE
    assert [attack.id for attack in ATTACKS if attack.is_core and not attack.shown] == []


def test_every_attack_on_the_running_product_is_in_the_table():
    assert {f"{HERE} {name}" for name in attacks.ATTACKS} == {shown for shown in SHOWN if shown.startswith(f"{HERE} ")}


def test_the_page_says_what_is_not_shown_yet():
    page = security()

    assert page.count("| not yet |") == sum(not attack.shown for attack in ATTACKS) > 0
    assert "`./dev drill attacks U1`" in page


def test_an_attack_nobody_knows_is_refused_with_the_list():
    with pytest.raises(LaunchError, match="no attack Z9: there are A3"):
        drill.run(["attacks", "Z9"])
    with pytest.raises(LaunchError, match="takes one option"):
        drill.run(["fuzz", "--examples"])


@pytest.mark.parametrize(("outcome", "code"), [(True, 0), (False, 1), (None, 1)])
def test_an_attack_that_could_not_be_tried_is_not_survived(monkeypatch, capsys, outcome, code):
    monkeypatch.setattr(attacks, "site", nullcontext)
    monkeypatch.setattr(attacks, "ATTACKS", {"I5": lambda target: Found("I5", outcome, "")})

    assert attacks.run(["I5"]) == code
    said = "".join(capsys.readouterr())
    assert ("SKIPPED: ['I5']" in said) is (outcome is None)
