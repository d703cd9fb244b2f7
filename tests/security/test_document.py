"""All that the OpenAPI document allows, and much that it does not, asked as everybody: no fault, no other answer.

No route has a `default` answer in the document, so that each status which the server gives must be named there.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.cast import Cast, Person
from tests.doors import Server

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLES: Final = int(os.environ.get("EXAMPLES", "3"))
"""Requests for each operation and person, half of them wrong on purpose."""
ROLES: Final = ("outsider", "gus", "ana", "moderator", "admin")
_LAST: Final = ("/auth/", "/logout")  # what ends the session that asks comes after everything else
_NOT_SAID: Final[list[Any]] = [
    positive_data_acceptance
]  # that an address has a domain, or a name no bell in it

_REFUSED: Final = {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
"""A text that is too long may be refused as a body that is."""

Asked: TypeAlias = APIOperation[Any, Any, Any, Any]


def ask(operation: Asked, send: Callable[[Any], None], places: Mapping[str, str]) -> None:
    """Send examples of one operation, to what is there as often as to what is not."""
    named = re.findall(r"\{(\w+)\}", operation.path)
    here = {name: places[name] for name in named if name in places}
    cases = [
        operation.as_strategy(generation_mode=mode, path_parameters=path)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for path in ([None, here] if here else [None])
    ]

    @hypothesis.seed(4)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=st.one_of(cases))
    def examples(case: Any) -> None:
        send(case)

    examples()


def ask_everything(url: str, person: Person | None, places: Mapping[str, str]) -> Counter[int]:
    """Ask for every operation as somebody; return how often the server said what. Raises what schemathesis finds."""
    said: Counter[int] = Counter()
    headers = {"Authorization": f"Bearer {person.token}"} if person else {}
    config = SchemathesisConfig.from_dict(_REFUSED)
    schema = schemathesis.openapi.from_path(ROOT / "docs/reference/openapi.json", config=config)
    found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    with requests.Session() as session:

        def send(case: Any) -> None:
            answer = case.call_and_validate(url, session, headers, excluded_checks=_NOT_SAID)
            said[answer.status_code] += 1

        for operation in sorted(found, key=lambda one: sum(part in one.path for part in _LAST)):
            ask(operation, send, places)
    return said


@pytest.mark.timeout(60 + 20 * EXAMPLES)
@pytest.mark.parametrize("role", ROLES)
async def test_the_server_keeps_to_its_document_whoever_asks(server: Server, cast: Cast, role: str) -> None:
    person = getattr(cast, role, None)
    places = {"roomId": cast.tea, "userId": cast.mallory.id}
    said = await asyncio.to_thread(ask_everything, server.url, person, places)
    assert max(said) < 500
    assert said[200] > 0
    print(f"{role}: {said.total()} requests, {dict(sorted(said.items()))}")
