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


PAGES: dict[str, Callable[[], str]] = {
    "workflows.md": workflows,
    "events.md": events,
    "settings.md": settings,
    "openapi.yaml": openapi,
}
