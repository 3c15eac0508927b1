"""`./dev test [pytest arguments]`: the test suite, with every service it needs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from ctypes.util import find_library
from pathlib import Path

from deploy.local.console import say
from deploy.local.process import Command
from deploy.local.profile import ROOT
from deploy.local.testing import test_services

# what tests call besides Python, and the Debian package that has it
TOOLS = {
    "chromium": "chromium",
    "pdftotext": "poppler-utils",
    "pdfsig": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "nginx": "nginx-light",
    "softhsm2-util": "softhsm2",
}
# what the driver of the browser is linked against
LIBRARIES = {"atomic": "libatomic1"} if sys.platform == "linux" else {}


def run(arguments: Sequence[str]) -> int:
    """The exit code of pytest, spread over the cores; `-n 0` keeps it in one process."""
    see_to_tools()
    with test_services() as stack:
        say("running pytest")
        # one more than there are cores: some tests wait for a process or a clock
        spread = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder"]
        argv = [sys.executable, "-m", "pytest", *spread, *arguments]
        return stack.supervisor.foreground("pytest", Command(argv=argv, environ=stack.environ, cwd=ROOT))


def missing_packages() -> list[str]:
    """Debian packages whose programs or libraries are not on this machine."""
    tools = {package for tool, package in TOOLS.items() if shutil.which(tool) is None}
    libraries = {package for name, package in LIBRARIES.items() if find_library(name) is None}
    return sorted(tools | libraries)


def see_to_tools() -> None:
    """Install the browser and the PDF tools where that is wanted and possible, or say what is skipped."""
    packages = missing_packages()
    if not packages:
        return
    wanted = os.environ.get("CI") == "true" or os.environ.get("INSTALL_BROWSER") == "1"
    as_root = os.getuid() == 0 and Path("/etc/debian_version").exists()
    names = " ".join(packages)
    if as_root and wanted:
        _install(packages)
    elif as_root:
        say(f"tests that need {names} will be skipped; INSTALL_BROWSER=1 ./dev test installs what they need")
    else:
        say(f"tests that need {names} will be skipped; to run them, as root: apt-get install {names}")


def _install(packages: Sequence[str]) -> None:
    say(f"installing {' '.join(packages)} with apt-get")
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        ran = subprocess.run(
            ["apt-get", *words],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            reason = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
            say(f"apt-get {words[0]} failed ({reason}); tests that need it will be skipped")
            return
