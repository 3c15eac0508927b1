"""A running set of services of one profile, and the environment that leads to them."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Self

from deploy.local import contract
from deploy.local.console import LaunchError, say
from deploy.local.postgres import Postgres
from deploy.local.process import Process
from deploy.local.profile import BusyError, Profile
from deploy.local.services import HOST, NOWHERE, STAFF_PORT, WEB_PORT, Mail, ObjectStore, Service, Valkey, free_port
from deploy.local.signals import Interrupted
from deploy.local.supervisor import Supervisor

EMBEDDED: dict[str, type[Service]] = {kind.name: kind for kind in (Postgres, Valkey, ObjectStore, Mail)}
ALL = tuple(EMBEDDED)

_PORT_TAKEN = "address already in use"
_TRIES = 3


class Stack:
    """Services and other processes of an acquired profile. A context manager: leaving it stops everything.

    `settings` are the variables of the contract; `environ` a whole environment for a process of the product.
    """

    def __init__(self, profile: Profile, web_port: int = WEB_PORT, staff_port: int = STAFF_PORT) -> None:
        """Take the profile. Raises LaunchError (BusyError) when another launcher has it."""
        self.profile = profile
        profile.acquire()
        self.supervisor = Supervisor(profile.log_dir, lock_fd=profile.lock_fd)
        self.settings = unreached(profile, web_port, staff_port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, Interrupted):
            say("stopping everything")
        self.stop()

    @property
    def environ(self) -> dict[str, str]:
        return contract.product_environ(self.settings)

    def start(self, which: Iterable[str] = ALL) -> None:
        """Start those of the services that nobody brought along, side by side, each until it is ready."""
        services = [EMBEDDED[name](self.profile) for name in contract.missing(which)]
        for service in services:
            service.prepare()
        started = [(service, *self._launch(service)) for service in services]
        for service, chosen, process in started:
            port = self._wait(service, chosen, process)
            service.settle(port)
            self.settings |= service.settings(port)
        if services:
            say(f"ready: {', '.join(service.name for service in services)}")

    def publish(self) -> None:
        """Let `./dev manage` use what runs here."""
        environ = self.environ
        told = {variable.name: environ.get(variable.name, "") for variable in contract.CONTRACT}
        self.profile.publish(told)

    def stop(self) -> None:
        """Stop everything and give the profile back. Twice does no harm."""
        try:
            self.supervisor.stop()
        finally:
            self.profile.release()

    def _launch(self, service: Service) -> tuple[int, Process]:
        port = free_port()
        return port, self.supervisor.start(service.name, service.command(port))

    def _wait(self, service: Service, port: int, process: Process) -> int:
        """Wait for the service; when someone took its port in the meantime, try another."""
        for attempt in range(_TRIES):
            try:
                self.supervisor.wait_ready(process, lambda: service.probe(port), timeout=60)  # noqa: B023
            except LaunchError as error:
                if attempt == _TRIES - 1 or _PORT_TAKEN not in str(error).lower():
                    raise
                self.supervisor.discard(process)
                port, process = self._launch(service)
            else:
                return port
        raise AssertionError("not reached")


def unreached(profile: Profile, web_port: int = WEB_PORT, staff_port: int = STAFF_PORT) -> dict[str, str]:
    """A complete set of variables in which every service has an address that refuses at once."""
    settings = contract.own_settings(profile, f"http://{HOST}:{web_port}", f"http://{HOST}:{staff_port}")
    for kind in EMBEDDED.values():
        settings |= kind(profile).settings(NOWHERE)
    nowhere = {"SANDBOX_PAY_URL": f"http://{HOST}:{NOWHERE}", **contract.without_gateways(f"http://{HOST}:{NOWHERE}")}
    return settings | contract.SILENT | nowhere


def start_services(profile: str, which: Sequence[str] = ALL) -> Stack:
    """Start embedded services for a profile by name; the caller stops the stack."""
    stack = Stack(Profile(profile))
    try:
        stack.start(which)
    except BaseException:
        stack.stop()
        raise
    return stack


def first_free(names: Iterable[str]) -> Stack:
    """A stack on the first of the profiles that nobody has. Raises BusyError when all are taken."""
    names = list(names)
    for name in names:
        with contextlib.suppress(BusyError):
            return Stack(Profile(name))
    raise BusyError(f"all of {', '.join(names)} are in use")
