"""The contract, as the running server serves it to everybody."""

import json
from pathlib import Path

import httpx2
import pytest

from tests.doors import Server

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
async def test_the_documents_are_served_as_they_are_committed(server: Server, name: str) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as http:
        answer = await http.get(f"/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json() == json.loads((REFERENCE / name).read_text())
        assert answer.headers["content-encoding"] == "gzip"
        again = await http.get(f"/{name}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await http.head(f"/{name}")
        assert (head.status_code, head.content) == (200, b"")
        assert (await http.post(f"/{name}")).status_code == 405


@pytest.mark.parametrize("path", ["/health", "/readyz", "/openapi.json", "/", "/client.js", "/nothing"])
async def test_what_can_only_be_read_names_the_methods_that_it_takes(server: Server, path: str) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as http:
        for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE"):
            answer = await http.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), method
            assert answer.headers["allow"] == "GET, HEAD", method
