"""A page that is open while the server is upgraded: parts of its code are no longer there."""

import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import ROOT, ChatServer, Join, Person

NEW = "There is a new version of Chatroom."
NAMED = re.compile(r"[\w-]+-[\w-]{8}\.(?:js|css)\b")
REMEMBER_ALERTS = """() => new MutationObserver(() => {
  const alerts = [...document.querySelectorAll("[role=alert]")].map(one => one.textContent).join(" ");
  if (alerts) sessionStorage.setItem("alerts", alerts);
}).observe(document.body, { childList: true, subtree: true })"""
"""Keeps what a page says for the time after it has loaded anew: it says so for a second and a half."""

VERSIONS = itertools.count(1)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, whose web client can be replaced."""
    folder = tmp_path_factory.mktemp("release")
    if not (ROOT / "chatroom" / "static" / "index.html").exists():
        pytest.skip("not run: the web client is not built")
    shutil.copytree(ROOT / "chatroom", folder / "chatroom", ignore=shutil.ignore_patterns("*.gz"))
    return folder


@pytest.fixture(scope="module")
def upgraded(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    server = ChatServer(
        tmp_path_factory.mktemp("data"), root=release, MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off"
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(upgraded: ChatServer) -> ChatServer:
    """A running server whose web client a test may replace, as often as it likes."""
    return upgraded


def upgrade(release: Path, *, keep: bool = False) -> None:
    """Give every file of the web client another name, as a build of other sources does; `keep`: beside the old ones."""
    static = release / "chatroom" / "static"
    files, version = sorted((static / "assets").iterdir()), next(VERSIONS)
    new = {file.name: f"{file.stem}-{version}{file.suffix}" for file in files}
    pattern = re.compile("|".join(re.escape(name) for name in new))
    for file in [static / "index.html", *files]:
        target = file.with_name(new.get(file.name, file.name))
        if file.suffix in {".js", ".css", ".html"}:
            target.write_text(pattern.sub(lambda found: new[found[0]], file.read_text()))
        elif target != file:
            shutil.copy(file, target)
        if target != file and not (keep and not file.name.startswith("YouPage")):
            file.unlink()


@pytest.fixture
def ana(visit: Join) -> Person:
    """Somebody inside, whose browser has the code of every page but the one about oneself: the line was slow."""
    ana = visit("Ana")
    ana.page.route("**/assets/YouPage*", lambda route: route.abort())
    ana.arrive()
    ana.page.wait_for_load_state("networkidle")
    ana.page.unroute("**/assets/YouPage*")
    return ana


def test_a_page_whose_code_is_gone_says_so_and_loads_the_new_version_with_the_draft(
    ana: Person, release: Path, room: str
) -> None:
    ana.create_room(room)
    ana.page.get_by_role("textbox", name="Message").fill("half a thought")
    loads: list[str] = []
    ana.page.on("load", lambda page: loads.append(page.url))
    ana.page.evaluate(REMEMBER_ALERTS)
    upgrade(release)
    ana.page.get_by_role("link", name="Ana").click()
    expect(ana.page.get_by_role("heading", level=1, name="You")).to_be_visible()
    assert NEW in ana.page.evaluate("sessionStorage.getItem('alerts')")
    ana.page.get_by_role("navigation", name="My rooms").get_by_role("link", name=room).click()
    expect(ana.page.get_by_role("textbox", name="Message")).to_have_value("half a thought")
    expect(ana.page.get_by_text(NEW)).to_have_count(0)
    assert len(loads) == 1


def test_a_cache_that_gives_the_old_page_again_makes_no_loop(ana: Person, release: Path) -> None:
    old = (release / "chatroom" / "static" / "index.html").read_text()

    def from_cache(route: Route) -> None:
        route.fulfill(body=old, content_type="text/html")

    upgrade(release, keep=True)
    ana.page.route(lambda url: url.rstrip("/").endswith("/you"), from_cache)
    loads: list[str] = []
    ana.page.on("load", lambda page: loads.append(page.url))
    ana.page.get_by_role("link", name="Ana").click()
    expect(ana.page.get_by_role("alert").get_by_role("button", name="Load again")).to_be_visible()
    assert len(loads) == 1


def test_a_stranger_who_is_typing_is_asked_before_the_page_loads_anew(visit: Join, release: Path) -> None:
    page = visit("Ana").page
    page.goto(visit("Bo").server.url)
    page.get_by_role("textbox", name="E-mail").fill("ana@example.org")
    upgrade(release)
    page.get_by_role("button", name="Forgot your password?").click()
    expect(page.get_by_role("alert")).to_contain_text(NEW)
    expect(page.get_by_text("cannot be reached")).to_have_count(0)
    page.get_by_role("button", name="Load again").click()
    expect(page.get_by_role("button", name="Send code")).to_be_visible()
    page.get_by_role("textbox", name="E-mail").fill("ana@example.org")


def test_a_language_of_the_old_version_is_fetched_from_the_new_one(visit: Join, release: Path) -> None:
    page = visit("Ana").page
    page.goto(visit("Bo").server.url)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    upgrade(release)
    page.evaluate(REMEMBER_ALERTS)
    with page.expect_event("load"):
        page.get_by_label("Language").select_option("Deutsch")
    assert NEW in page.evaluate("sessionStorage.getItem('alerts')")
    page.get_by_label("Language").select_option("Deutsch")
    expect(page.get_by_role("heading", name="Willkommen")).to_be_visible()
