from types import SimpleNamespace

import pytest

from apps.kernel.errors import Forbidden, IllegalMove, Unmet
from apps.kernel.workflow import SYSTEM, Actor, By, Move, Workflow

MAY = SimpleNamespace(has_perm=lambda perm: perm == "things.decide")
MAY_NOT = SimpleNamespace(has_perm=lambda perm: False)
APPLICANT = Actor(By.APPLICANT, MAY_NOT)
OFFICER = Actor(By.OFFICER, MAY)
VISITOR = Actor(By.OFFICER, MAY_NOT)


def photo(subject):
    return None if subject.photo else "photo"


def name(subject):
    return None if subject.name else "name"


def free(subject):
    return subject.fee == 0


FLOW = Workflow(
    "draft",
    Move("submit", "draft", "review", By.APPLICANT, needs=(photo, name), given=free),
    Move("submit", "draft", "payment", By.APPLICANT, needs=(photo, name)),
    Move("pay", "payment", "review", By.SYSTEM),
    Move("decide", "review", "done", By.OFFICER, "things.decide"),
    Move("stop", ("draft", "payment"), "stopped", By.APPLICANT),
)  # fmt: skip


def thing(**facts):
    return SimpleNamespace(**{"photo": True, "name": True, "fee": 16, **facts})


def permit(move, status, actor, subject=None):
    return FLOW.permit(move, status=status, actor=actor, subject=subject or thing())


def test_the_table_says_where_a_move_leads():
    assert permit("submit", "draft", APPLICANT).target == "payment"
    assert permit("pay", "payment", SYSTEM).target == "review"
    assert permit("stop", "payment", APPLICANT).target == "stopped"


def test_of_two_rows_the_first_that_fits_the_subject_is_taken():
    assert permit("submit", "draft", APPLICANT, thing(fee=0)).target == "review"


@pytest.mark.parametrize(
    ("move", "status"), [("pay", "draft"), ("fly", "draft"), ("stop", "done"), ("submit", "nowhere")]
)
def test_what_is_not_in_the_table_is_illegal_for_everyone(move, status):
    for actor in (APPLICANT, OFFICER, SYSTEM):
        with pytest.raises(IllegalMove):
            permit(move, status, actor)


def test_a_legal_move_by_the_wrong_person_is_forbidden():
    for actor in (OFFICER, SYSTEM):
        with pytest.raises(Forbidden):
            permit("submit", "draft", actor)
    with pytest.raises(Forbidden):
        permit("decide", "review", VISITOR)
    assert permit("decide", "review", OFFICER).target == "done"


def test_everything_that_is_missing_is_named_at_once_and_in_order():
    with pytest.raises(Unmet) as refused:
        permit("submit", "draft", APPLICANT, thing(photo=False, name=False))

    assert refused.value.missing == ("photo", "name")


def test_illegal_comes_before_forbidden_and_forbidden_before_unmet():
    bare = thing(photo=False)
    with pytest.raises(IllegalMove):
        permit("submit", "review", OFFICER, bare)
    with pytest.raises(Forbidden):
        permit("submit", "draft", OFFICER, bare)
    with pytest.raises(Unmet):
        permit("submit", "draft", APPLICANT, bare)


def test_open_moves_are_those_one_could_try_even_while_something_is_missing():
    def names(actor, status, subject):
        return [row.name for row in FLOW.open_to(actor, status=status, subject=subject)]

    assert names(APPLICANT, "draft", thing(photo=False)) == ["submit", "stop"]
    assert names(VISITOR, "review", thing()) == []
    assert names(OFFICER, "review", thing()) == ["decide"]


def test_statuses_and_names_come_in_the_order_of_the_table():
    assert FLOW.statuses == ["draft", "review", "payment", "done", "stopped"]
    assert FLOW.names == ["submit", "pay", "decide", "stop"]
    assert len(list(FLOW)) == 5


def test_a_sound_table_has_no_problems():
    assert FLOW.problems() == []


def test_a_row_behind_an_unconditional_one_is_reported():
    flow = Workflow(
        "a",
        Move("go", "a", "b", By.SYSTEM),
        Move("go", ("a", "b"), "c", By.SYSTEM),
        Move("go", "a", "c", By.OFFICER),
    )

    assert flow.problems() == ["go from a can never be chosen"]


def test_a_status_that_nothing_leads_to_is_reported():
    flow = Workflow("a", Move("go", "a", "b", By.SYSTEM), Move("back", "island", "sea", By.SYSTEM))

    assert flow.problems() == ["nothing leads to island", "nothing leads to sea"]


def test_a_circle_away_from_the_start_is_still_unreachable():
    flow = Workflow("a", Move("go", "x", "y", By.SYSTEM), Move("go", "y", "x", By.SYSTEM))

    assert flow.problems() == ["nothing leads to x", "nothing leads to y"]


def test_the_diagram_has_every_row_the_start_and_the_ends():
    assert FLOW.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> draft",
        "    draft --> review: submit (applicant)",
        "    draft --> payment: submit (applicant)",
        "    payment --> review: pay (system)",
        "    review --> done: decide (officer)",
        "    draft --> stopped: stop (applicant)",
        "    payment --> stopped: stop (applicant)",
        "    done --> [*]",
        "    stopped --> [*]",
    ]
