"""The web client's files: gzipped by the build, told apart by what the browser takes."""

import gzip
import re
from pathlib import Path

import httpx2
import pytest

from chatroom.app import App
from chatroom.http import static
from hatch_build import squeeze

PAGE = "<!doctype html><title>Chatroom</title>" + "<p>hello</p>" * 200
SCRIPT = "console.log('hello');\n" * 200


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "app-1.js").write_text(SCRIPT)
    (folder / "small.txt").write_text("small")
    squeeze(folder)
    monkeypatch.setattr(static, "ROOT", folder)
    return folder


@pytest.mark.parametrize(
    ("path", "text", "media"), [("/", PAGE, "text/html"), ("/assets/app-1.js", SCRIPT, "text/javascript")]
)
async def test_a_text_is_sent_as_the_build_has_squeezed_it(
    bundle: Path, path: str, text: str, media: str
) -> None:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(static.WebClient()), base_url="http://chat.test"
    ) as http:
        for encoding, squeezed in (("gzip, br", True), ("identity", False)):
            async with http.stream("GET", path, headers={"accept-encoding": encoding}) as answer:
                raw = b"".join([part async for part in answer.aiter_raw()])
            assert answer.headers["vary"] == "Accept-Encoding"
            assert answer.headers["content-type"].startswith(media)
            assert answer.headers.get("content-encoding") == ("gzip" if squeezed else None)
            assert (gzip.decompress(raw) if squeezed else raw).decode() == text
            again = await http.get(
                path, headers={"accept-encoding": encoding, "if-none-match": answer.headers["etag"]}
            )
            assert again.status_code == 304


def pages() -> list[str]:
    """An address of each of the client's pages."""
    router = (Path(__file__).parents[2] / "web/src/lib/router.ts").read_text()
    table = router[router.index("paths = {") :].partition("}")[0] + router.partition("routeOf")[2]
    return [*re.findall(r'"(/[a-z/]*)"', table), "/rooms/01a1", "/invite/a-code"]


async def test_only_an_address_of_the_client_is_found(bundle: Path) -> None:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(static.WebClient()), base_url="http://chat.test"
    ) as http:
        assert len(pages()) > 5
        for path in pages():
            for end in ("", "/"):
                answer = await http.get(path.rstrip("/") + end)
                assert (answer.status_code, answer.text) == (200, PAGE), path
        for path in ("/nope", "/rooms", "/rooms/a/b", "/discover/x", "/metrics", "/you/devices/x"):
            answer = await http.get(path)
            assert (answer.status_code, answer.text) == (404, PAGE), path
            assert answer.headers["cache-control"] == "no-cache"
            assert (await http.head(path)).status_code == 404


def test_what_is_small_has_no_twin(bundle: Path) -> None:
    assert sorted(path.name for path in bundle.rglob("*.gz")) == ["app-1.js.gz", "index.html.gz"]


async def test_a_client_that_is_not_built_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static, "ROOT", tmp_path / "nowhere")
    transport = httpx2.ASGITransport(static.WebClient())
    async with httpx2.AsyncClient(transport=transport, base_url="http://chat.test") as http:
        for path in ("/", "/rooms/x", "/assets/app-1.js"):
            answer = await http.get(path)
            assert (answer.status_code, "make web" in answer.text) == (503, True)


async def test_the_page_itself_has_the_policy_of_a_page(bundle: Path, app: App) -> None:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app.asgi), base_url="http://chat.test"
    ) as http:
        answer = await http.get("/", headers={"accept-encoding": "gzip"})
    assert "default-src" in answer.headers["content-security-policy"]
