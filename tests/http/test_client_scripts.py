"""Socket.IO's client, and the small page of seed S1's manner, as the reference server would serve them."""

from pathlib import Path

import httpx2
import pytest

from chatroom.http import client_scripts, static
from hatch_build import squeeze
from tests.cast import Cast
from tests.doors import Server

SCRIPT = "/*! Socket.IO */\n" * 200
FILES = ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js"]


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "static"
    (folder / "socket.io").mkdir(parents=True)
    (folder / "public").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Chatroom</title>")
    (folder / "public" / "index.html").write_text('<!doctype html><form id="form"></form>')
    (folder / "public" / "client.js").write_text("io();")
    for name in FILES:
        (folder / "socket.io" / name).write_text(SCRIPT)
        (folder / "socket.io" / f"{name}.map").write_text("{}")
    (folder / "socket.io" / "version.txt").write_text("4.8.4")
    squeeze(folder)
    monkeypatch.setattr(static, "ROOT", folder)
    return folder


@pytest.mark.parametrize("name", FILES)
async def test_the_client_is_served_like_the_reference_server_does(
    bundle: Path, server: Server, name: str
) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as http:
        for encoding in ("gzip", "identity"):
            answer = await http.get(f"/socket.io/{name}", headers={"accept-encoding": encoding})
            assert (answer.status_code, answer.text) == (200, SCRIPT)
            assert answer.headers.get("content-encoding") == ("gzip" if encoding == "gzip" else None)
        assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=0"
        assert answer.headers["etag"] == '"4.8.4"'
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        source_map = await http.get(f"/socket.io/{name}.map?v=1")
        assert source_map.headers["content-type"] == "application/json; charset=utf-8"
        for tag in ('"4.8.4"', 'W/"4.8.4"', '"x", "4.8.4"'):
            again = await http.get(f"/socket.io/{name}", headers={"if-none-match": tag})
            assert (again.status_code, again.content) == (304, b"")
        fresh = await http.get(f"/socket.io/{name}", headers={"if-none-match": '"4.7.5"'})
        assert fresh.status_code == 200
        head = await http.head(f"/socket.io/{name}", headers={"accept-encoding": "identity"})
        assert (head.status_code, head.content, head.headers["content-length"]) == (
            200,
            b"",
            str(len(SCRIPT)),
        )
        assert (await http.post(f"/socket.io/{name}")).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/socket.io/",
        "/socket.io",
        "/socket.io/version.txt",
        "/socket.io/socket.io.txt",
        "/socket.io/socket.ioXjs",
        "/socket.io/socket.io.esm.js/",
        "/socket.io/x/socket.io.js",
        "/socket.io/socket.io.js/../version.txt",
        "/socket.io/socket.io.js.gz",
    ],
)
def test_nothing_else_of_the_path_of_sockets_is_a_file(path: str) -> None:
    assert not client_scripts.is_client_script(path)


async def test_a_file_shadows_no_session(bundle: Path, server: Server, cast: Cast) -> None:
    ears = await server.ears(cast.ana)
    async with httpx2.AsyncClient(base_url=server.url) as http:
        opened = await http.get("/socket.io/?EIO=4&transport=polling")
        assert opened.text.startswith('0{"sid"')
        assert (
            await http.get("/socket.io/version.txt")
        ).status_code == 400  # what Engine.IO says of no session
        missing = await http.get("/socket.io/socket.io.esm.js")
        assert missing.status_code == 404
    assert (await ears.ask("chat message", "hello")).code == ""


async def test_the_small_page_and_its_script_have_the_addresses_of_the_seed(
    bundle: Path, server: Server
) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as http:
        for path in ("/public/", "/public", "/public/index.html"):
            page = await http.get(path)
            assert (page.status_code, page.headers["content-type"][:9]) == (200, "text/html")
            assert 'id="form"' in page.text
        for path in ("/client.js", "/public/client.js"):
            script = await http.get(path)
            assert (script.text, script.headers["content-type"].partition(";")[0]) == (
                "io();",
                "text/javascript",
            )


async def test_a_checkout_that_has_not_been_built_says_so(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static, "ROOT", tmp_path)
    async with httpx2.AsyncClient(base_url=server.url) as http:
        assert (await http.get("/socket.io/socket.io.js")).status_code == 503
