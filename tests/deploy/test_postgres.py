import os
import pwd
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest

from deploy.local.console import LaunchError
from deploy.local.postgres import Postgres
from deploy.local.postgres_home import home
from deploy.local.process import spawn
from deploy.local.profile import Profile
from deploy.local.services import free_port
from deploy.local.stack import Stack, start_services

ONLY = [Postgres.name]
AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="about what only root meets")


def note_of(profile: str) -> Path:
    return Postgres(Profile(profile)).data / "postmaster.pid"


def test_a_note_left_by_a_crash_does_not_hinder_even_when_its_number_is_used_again(var: Path) -> None:
    start_services("serve", ONLY).stop()
    note_of("serve").write_text(f"{os.getpid()}\n{note_of('serve').parent}\n1\n5432\n\n127.0.0.1\n")
    stack = start_services("serve", ONLY)
    assert note_of("serve").read_text().splitlines()[0] == str(stack.supervisor.processes[0].pid)
    stack.stop()
    assert not note_of("serve").exists()


def test_a_server_that_lost_its_launcher_is_stopped_first(var: Path) -> None:
    service = Postgres(Profile("serve"))
    start_services("serve", ONLY).stop()
    orphan = spawn("orphan", service.command(free_port()), var / "orphan.log")
    while not note_of("serve").exists():
        time.sleep(0.02)
    start_services("serve", ONLY).stop()
    assert orphan.popen.wait(1) == 0


def test_a_test_cluster_that_was_not_closed_is_made_anew(var: Path) -> None:
    stack = start_services("test-2", ONLY)
    made = (Postgres(stack.profile).data / "PG_VERSION").stat().st_mtime_ns
    os.kill(stack.supervisor.processes[0].pid, signal.SIGKILL)
    stack.stop()
    start_services("test-2", ONLY).stop()
    assert (Postgres(stack.profile).data / "PG_VERSION").stat().st_mtime_ns != made


def test_a_cluster_of_another_version_is_left_alone(var: Path) -> None:
    start_services("serve", ONLY).stop()
    version = Postgres(Profile("serve")).data / "PG_VERSION"
    kept = version.read_text()
    version.write_text("15\n")
    with Stack(Profile("serve")) as stack, pytest.raises(LaunchError, match="was made by PostgreSQL 15"):
        stack.start(ONLY)
    version.write_text(kept)


@AS_ROOT
def test_for_root_the_server_runs_as_a_user_without_rights(stack: Stack) -> None:
    server = psutil.Process(stack.supervisor.processes[0].pid)
    assert (server.uids().real, server.gids().real) == (65534, 65534)


@AS_ROOT
def test_for_root_a_closed_folder_is_no_obstacle(closed_var: Path) -> None:
    with start_services("test", ONLY) as stack:
        place = home(stack.profile).folder
    assert place.is_relative_to("/var/lib/consular-dev")
    assert (place / "data" / "PG_VERSION").exists()


@AS_ROOT
def test_removing_a_profile_resets_it_also_when_its_data_are_elsewhere(closed_var: Path) -> None:
    start_services("test", ONLY).stop()
    shutil.rmtree(closed_var / "test")
    with start_services("test", ONLY) as stack:
        assert Postgres(stack.profile).probe(int(stack.settings["DATABASE_URL"].rpartition(":")[2][:-9])) is None


def test_losing_only_the_secrets_is_a_clear_error(var: Path) -> None:
    start_services("serve", ONLY).stop()
    (var / "serve" / "secrets.json").rename(var / "kept.json")
    with Stack(Profile("serve")) as stack, pytest.raises(LaunchError, match=r"passwords of .* are gone"):
        stack.start(ONLY)
    (var / "kept.json").rename(var / "serve" / "secrets.json")


@AS_ROOT
def test_root_goes_on_with_what_another_user_began(var: Path) -> None:
    profile, someone = Profile("begun"), pwd.getpwnam("daemon").pw_uid
    (profile.dir / "postgres").mkdir(parents=True)
    os.chown(profile.dir / "postgres", someone, someone)
    with start_services("begun", ONLY) as stack:
        assert psutil.Process(stack.supervisor.processes[0].pid).uids().real == someone
