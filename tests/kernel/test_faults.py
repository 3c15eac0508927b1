import os
import signal
import subprocess
import sys

import pytest

from apps.kernel.faults import fault_point

DIE = """
from django.conf import settings
settings.configure(FAULTS_DIR={folder!r})
from apps.kernel.faults import fault_point
fault_point("here")
print("alive")
"""


def run(folder):
    command = [sys.executable, "-c", DIE.format(folder=str(folder))]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)


def test_without_a_folder_of_faults_nothing_happens(settings):
    settings.FAULTS_DIR = ""

    assert fault_point("here") is None


def test_a_point_nobody_planned_for_is_passed(settings, tmp_path):
    settings.FAULTS_DIR = str(tmp_path)

    assert fault_point("here") is None
    assert list(tmp_path.iterdir()) == []


def test_a_process_dies_as_often_as_planned(tmp_path):
    (tmp_path / "here").write_text("2")

    deaths = [run(tmp_path).returncode for _ in range(3)]

    assert deaths == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert (tmp_path / "here").read_text() == "0"


@pytest.mark.parametrize("plan", ["", "0"])
def test_an_empty_plan_kills_nobody(tmp_path, plan):
    (tmp_path / "here").write_text(plan)

    assert run(tmp_path).stdout == "alive\n"
