from apps.cases.models import Case
from apps.cases.plan import Plan, plan
from apps.posts.models import ChargePolicy


def plan_of(*, case: Case) -> Plan:
    """Where the case is on its way, and when the clock stood still; one query, unless the history is there already."""
    policy = case.charge_policy or case.post.charge_policy
    return plan(
        status=case.state,
        history=list(case.history.all()),
        expected_on=case.expected_on,
        paid_first=policy == ChargePolicy.ON_SUBMIT,
        day_of=case.post.today,
    )
