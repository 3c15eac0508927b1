"""A `var/` of its own for launcher tests, and an environment that names no service yet."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import contract
from deploy.local.postgres_home import open_place
from deploy.local.stack import Stack, start_services


@pytest.fixture(scope="module")
def bare_environ() -> Iterator[pytest.MonkeyPatch]:
    """The suite runs with every service named; here the launcher has to find nothing named."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in contract.CONTRACT:
            patch.delenv(variable.name, raising=False)
        for name in ("CONSULAR_PROFILE", "WEB_PORT", "DEV_STARTED_AT"):
            patch.delenv(name, raising=False)
        yield patch


@pytest.fixture(scope="module")
def var(bare_environ: pytest.MonkeyPatch) -> Iterator[Path]:
    """Open to other users on the way, as a checkout usually is: pytest's own folders are closed."""
    folder = Path(tempfile.mkdtemp(prefix="consular-var-")).resolve()
    folder.chmod(0o755)
    bare_environ.setenv("CONSULAR_VAR", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def stack(var: Path) -> Iterator[Stack]:
    """All embedded services, running."""
    running = start_services("test")
    yield running
    running.stop()


@pytest.fixture
def closed_var(var: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A `var/` that nobody but its owner can enter."""
    folder = var / "closed"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("CONSULAR_VAR", str(folder))
    yield folder
    shutil.rmtree(folder)
    if os.getuid() == 0:
        shutil.rmtree(open_place(folder / "test"))
