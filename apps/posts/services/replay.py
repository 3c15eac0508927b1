"""Policy replay: what typical wishes would cost before and after a proposal, for whoever approves it to see."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.posts.models import ApplicantClass, Component, Tariff
from apps.posts.services.prices import lines_for

WISHES = (
    (Component.BASE,),
    (Component.BASE, Component.URGENT),
    (Component.BASE, Component.EXPRESS),
    (Component.BASE, Component.COPY),
    (Component.BASE, Component.POSTAGE),
    (Component.ENDORSEMENT,),
)


@dataclass(frozen=True, slots=True)
class Replay:
    """One wish of one class of people. Minor units of the post's currency; ``None`` where there is no price."""

    applicant_class: ApplicantClass
    components: tuple[Component, ...]
    before_minor: int | None
    after_minor: int | None

    @property
    def difference_minor(self) -> int | None:
        if self.before_minor is None or self.after_minor is None:
            return None
        return self.after_minor - self.before_minor


def replay(*, line: Tariff) -> list[Replay]:
    """On the first day on which the proposal, a line or the end of one, would be felt: all that it touches."""
    on = line.active_from if line.is_proposal or line.end_on is None else line.end_on
    approved = Tariff.objects.filter(post=line.post_id, service=line.service).during(on, on)
    held = [other for other in approved if other.is_line_of(line.post, line.service, on)]
    others = [other for other in held if other.pk != line.pk]
    after = [*_unlike(others, line), line] if line.is_proposal else others
    wishes = [wish for wish in WISHES if line.component in wish]
    played = [_play(who, wish, held, after) for who in _touched(line) for wish in wishes]
    return [one for one in played if one.before_minor != one.after_minor or one.after_minor is not None]


def _touched(line: Tariff) -> list[ApplicantClass]:
    everybody = line.applicant_class == ApplicantClass.ANY
    return [ApplicantClass.ADULT, ApplicantClass.MINOR] if everybody else [ApplicantClass(line.applicant_class)]


def _unlike(others: Iterable[Tariff], line: Tariff) -> list[Tariff]:
    """Without the line it takes the place of."""
    place = line.component, line.applicant_class
    return [other for other in others if (other.component, other.applicant_class) != place]


def _play(who: ApplicantClass, wish: tuple[Component, ...], held: Iterable[Tariff], after: Iterable[Tariff]) -> Replay:
    return Replay(who, wish, _cost(lines_for(held, who), wish), _cost(lines_for(after, who), wish))


def _cost(lines: dict[str, Tariff], wish: tuple[Component, ...]) -> int | None:
    if any(component not in lines for component in wish):
        return None
    return sum(lines[component].amount_minor for component in wish)
