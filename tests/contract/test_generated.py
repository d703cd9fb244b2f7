"""The generated files are current, valid, and complete."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from chatroom import features
from chatroom.contract.files import generate, outdated, write
from chatroom.contract.surface import Contract, collect
from chatroom.core.errors import CATALOGUE
from chatroom.gateway.chat.dialects import SPOKEN
from chatroom.http.dialects import SURFACES
from chatroom.settings import Settings

ROOT = Path(__file__).resolve().parents[2]

# What AsyncAPI 3.0 asks of the parts that we use; the whole schema is not on any package registry.
ASYNCAPI = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "channels": {"additionalProperties": {"type": "object", "required": ["address", "messages"]}},
        "operations": {
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel", "messages"],
                "properties": {"action": {"enum": ["send", "receive"]}},
            },
        },
        "components": {
            "properties": {
                "messages": {"additionalProperties": {"type": "object", "required": ["name", "payload"]}},
                "schemas": {"additionalProperties": {"type": "object"}},
            }
        },
    },
}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return collect(features.operations.values(), features.events, SURFACES, features.kinds, SPOKEN)


@pytest.fixture(scope="module")
def made(contract: Contract) -> dict[str, str]:
    return generate(contract, Settings)


def _references(document: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))


def _leads_somewhere(document: Any, reference: str) -> bool:
    place = document
    for key in reference.removeprefix("#/").split("/"):
        if key not in place:
            return False
        place = place[key]
    return True


def test_the_committed_files_are_what_would_be_written(made: dict[str, str]) -> None:
    assert outdated(ROOT, made) == []


def test_a_changed_or_missing_file_is_noticed(made: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, made)
    assert outdated(tmp_path, made) == []
    (tmp_path / "docs/reference/errors.md").write_text("old", encoding="utf-8")
    (tmp_path / ".env.example").unlink()
    assert sorted(outdated(tmp_path, made)) == [".env.example", "docs/reference/errors.md"]


def test_the_openapi_document_is_valid(made: dict[str, str]) -> None:
    validate(json.loads(made["docs/reference/openapi.json"]))


def test_every_http_row_of_every_surface_is_in_the_openapi_document(
    contract: Contract, made: dict[str, str]
) -> None:
    paths = json.loads(made["docs/reference/openapi.json"])["paths"]
    assert contract.routes
    for route in contract.routes:
        assert route.tag in paths[route.path][route.method.lower()]["tags"]


def test_every_operation_id_is_unique(made: dict[str, str]) -> None:
    paths = json.loads(made["docs/reference/openapi.json"])["paths"]
    ids = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_the_asyncapi_document_has_the_required_parts_and_no_dead_reference(made: dict[str, str]) -> None:
    document = json.loads(made["docs/reference/asyncapi.json"])
    Draft202012Validator(ASYNCAPI).validate(document)
    dead = [reference for reference in _references(document) if not _leads_somewhere(document, reference)]
    assert dead == []


def test_every_schema_in_both_documents_is_a_json_schema(made: dict[str, str]) -> None:
    for name in ("openapi", "asyncapi"):
        schemas = json.loads(made[f"docs/reference/{name}.json"])["components"]["schemas"]
        for schema in schemas.values():
            Draft202012Validator.check_schema(schema)


def test_every_socket_event_is_documented_in_both_directions(
    contract: Contract, made: dict[str, str]
) -> None:
    operations = json.loads(made["docs/reference/asyncapi.json"])["operations"]
    asked = {f"receive.{op.socket}".replace(" ", "_") for op in contract.operations if op.socket}
    told = {f"send.{event.event}" for event in contract.events}
    told |= {f"send.{name}".replace(" ", "_") for name in SPOKEN}
    assert set(operations) == asked | told | {"send.error"}


def test_the_typescript_maps_name_every_event_and_every_route(
    contract: Contract, made: dict[str, str]
) -> None:
    module = made["web/src/api/contract.ts"]
    for event in contract.events:
        assert f"  {event.event}: (payload: {event.__name__}) => void;" in module
    for op in contract.operations:
        if op.path:
            assert module.count(f'  "{op.name}": {{ method: "{op.method}"') == 1
        if op.socket:
            name = op.socket if op.socket.isidentifier() else json.dumps(op.socket)
            assert f"  {name}: (payload: " in module


def test_the_reference_names_every_error_and_setting(made: dict[str, str]) -> None:
    for code in CATALOGUE:
        assert f"`{code}`" in made["docs/reference/errors.md"]
    for name in ("PORT", "CHATROOM_DATA", "DATABASE_URL", "MESSAGE_RATE_LIMIT"):
        assert f"`{name}`" in made["docs/reference/settings.md"]
        assert f"\n#{name}=" in made[".env.example"]


def test_no_generated_file_names_a_secret(made: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "a-secret-of-this-machine-0123456789")
    again = generate(
        collect(features.operations.values(), features.events, SURFACES, features.kinds, SPOKEN), Settings
    )
    assert again == made


def test_the_asyncapi_document_has_the_events_of_the_oldest_clients(made: dict[str, str]) -> None:
    document = json.loads(made["docs/reference/asyncapi.json"])
    told = {
        document["channels"]["socket"]["messages"][each["messages"][0]["$ref"].rpartition("/")[2]]["$ref"]
        for each in document["operations"].values()
        if each["action"] == "send"
    }
    names = {document["components"]["messages"][ref.rpartition("/")[2]]["name"] for ref in told}
    assert {
        "message",
        "chat message",
        "typing",
        "user_typing",
        "error",
        "rooms_changed",
        "user_changed",
    } <= names
    keys = [*document["components"]["messages"], *document["operations"]]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", key) for key in keys)


def test_the_example_of_settings_has_the_ports_and_origins_of_other_servers(made: dict[str, str]) -> None:
    lines = made[".env.example"].splitlines()
    for line in ("#PORT=3001", "#SOCKET_PORT=3002", "#COMPAT_PORTS=5000", "#CORS_ORIGIN=*"):
        assert line in lines
