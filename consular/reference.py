"""The generated half of the documentation: what the code itself knows best."""

from collections.abc import Callable, Iterator

from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer2

from apps.cases.procedure import procedures
from apps.kernel.workflow import Workflow
from apps.outbox.events import REACTIONS
from apps.payments.workflow import WORKFLOW as PAYMENT
from consular.settings.environment import SETTINGS
from deploy.drills._catalogue import ATTACKS, GROUPS, Attack

NOTE = "<!-- Made by `./dev manage write_reference`; do not edit. -->\n\n"


def workflows() -> str:
    """Every workflow as a Mermaid state diagram."""
    with override("en"):
        parts = [_diagram(str(procedure.label), procedure.workflow) for procedure in procedures.values()]
        return NOTE + "# Workflows\n\n" + "\n".join([*parts, _diagram("Payment", PAYMENT)])


def _diagram(title: str, workflow: Workflow) -> str:
    return f"## {title}\n\n```mermaid\n{workflow.mermaid()}\n```\n"


def events() -> str:
    """Which facts lead to what."""
    rows = [
        f"| `{found.event.__name__}` | `{found.name}` | {'effect' if found.outside else 'reaction'} | {found.queue} |"
        for found in sorted(REACTIONS.values(), key=lambda found: (found.event.__name__, found.name))
        if found.run.__module__.startswith("apps.")
    ]
    head = "# Events and what follows from them\n\n| event | reaction | kind | queue |\n|---|---|---|---|\n"
    return NOTE + head + "\n".join(rows) + "\n"


def settings() -> str:
    """Every environment variable."""
    return NOTE + "# Settings\n\n" + "\n".join(_setting_rows()) + "\n"


def _setting_rows() -> Iterator[str]:
    yield "Each is an environment variable. In the sandbox everything has a value of its own. In production a"
    yield "setting without a default must be given, and sandbox secrets are refused.\n"
    yield "| name | meaning | default | secret |"
    yield "|---|---|---|---|"
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "must be given" if setting.required else "empty"
        yield f"| `{setting.name}` | {setting.says} | {default} | {'yes' if setting.secret else ''} |"


def openapi() -> str:
    """The schema that the server answers at ``/api/v1/schema``, in English."""
    with override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)
        text: bytes = OpenApiYamlRenderer2().render(schema, renderer_context={})
    return text.decode()


def security() -> str:
    """Every attack, when it counts as survived, and the command that shows it."""
    return NOTE + "# Attacks and what shows that they fail\n\n" + "\n".join(_attack_rows()) + "\n"


def _attack_rows() -> Iterator[str]:
    core = [attack for attack in ATTACKS if attack.is_core]
    shown = sum(bool(attack.shown) for attack in ATTACKS)
    yield f"★ is the core: {len(core)} attacks that no release may lose to. {shown} of {len(ATTACKS)} are shown; a row"
    yield "without a command says so. Tests run against the real database, drills against the running product."
    yield "`./dev drill attacks` makes all of its attacks in one go and prints a line of JSON for each."
    for letter, title in GROUPS.items():
        yield f"\n## {title}\n"
        yield "| attack | | survived when | shown by |"
        yield "|---|---|---|---|"
        yield from (_attack_row(attack) for attack in ATTACKS if attack.id[0] == letter)


def _attack_row(attack: Attack) -> str:
    commands = [shown if shown.startswith("./dev") else f"./dev test {shown}" for shown in attack.shown]
    shown = "<br>".join(f"`{command}`" for command in commands) or "not yet"
    return f"| {attack.id}{'★' * attack.is_core} | {attack.attack} | {attack.passes} | {shown} |"


PAGES: dict[str, Callable[[], str]] = {
    "workflows.md": workflows,
    "events.md": events,
    "settings.md": settings,
    "openapi.yaml": openapi,
    "security.md": security,
}
