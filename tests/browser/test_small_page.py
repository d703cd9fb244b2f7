"""Seed S1's page, served by us: two tabs see each other's `chat message`, with our script and with the seed's own."""

import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import ChatServer, Join

SEED = (Path(__file__).parents[1] / "dialects" / "seed_1_client.js").read_text()
PAGE_OF_SEED = """<!doctype html><ul id="messages"></ul><form id="form"><input id="input"><button>Send</button></form>
<script src="/socket.io/{client}"></script><script src="/client.js"></script>"""


def say(page: Page, text: str) -> None:
    page.locator("#input").fill(text)
    page.keyboard.press("Enter")


def hears(page: Page, *texts: str) -> None:
    """The page shows these lines of this test, in this order, each once."""
    mark = texts[0].split()[-1]
    expect(page.locator("#messages li").filter(has_text=mark)).to_have_text(list(texts))


def talk(first: Page, second: Page) -> None:
    """Each tab says something, and both show everything."""
    mark = uuid.uuid4().hex
    texts = [f"hello {mark}", f"<b>no markup</b> 😀 {mark}", f"שלום {mark}"]
    for tab, text in zip((first, second, first), texts, strict=True):
        expect(tab.locator("#input")).to_have_value("")
        said = texts[: texts.index(text) + 1]
        say(tab, text)
        for each in (first, second):
            hears(each, *said)


def test_two_tabs_of_the_small_page_see_each_other(visit: Join, server: ChatServer) -> None:
    first = visit("one", width=400, height=300).page
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(server.url + "/public/")
    talk(first, second)
    for number in range(20):
        say(first, f"line {number}")
    last = second.get_by_text("line 19", exact=True)
    expect(last).to_be_in_viewport()
    assert second.evaluate("window.scrollY > 0")


def test_the_small_page_says_why_a_message_was_refused_and_keeps_it(visit: Join, server: ChatServer) -> None:
    page = visit("one").page
    page.goto(server.url + "/public/")
    say(page, "   ")
    expect(page.locator("li.refused")).to_have_count(1)
    expect(page.locator("#input")).to_have_value("   ")


@pytest.mark.parametrize("client", ["socket.io.js", "socket.io.min.js"])
def test_the_seeds_own_page_works_unchanged(visit: Join, server: ChatServer, client: str) -> None:
    """Its page and script are put where the seed has them; everything else comes from the server."""
    first = visit("one").page

    def serve(route: Route) -> None:
        script = route.request.url.endswith(".js")
        kind = "text/javascript" if script else "text/html"
        route.fulfill(body=SEED if script else PAGE_OF_SEED.format(client=client), content_type=kind)

    first.context.route("**/client.js", serve)
    first.context.route("**/page-of-the-seed", serve)
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(server.url + "/page-of-the-seed")
    talk(first, second)


def test_the_module_build_is_a_module(visit: Join, server: ChatServer) -> None:
    page = visit("one").page
    page.goto(server.url + "/public/")
    kind = page.evaluate("import('/socket.io/socket.io.esm.min.js').then((module) => typeof module.io)")
    assert kind == "function"


def test_the_contract_is_shown_without_anything_from_elsewhere(visit: Join, server: ChatServer) -> None:
    page = visit("one").page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url + "/docs")
    room = page.locator("details").filter(has_text="POST /api/v1/rooms/{roomId}/messages")
    expect(room).to_have_count(1)
    room.locator("summary").click()
    expect(room.get_by_role("cell", name="clientMsgId", exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("chat message")
    expect(page.locator("details:visible").first).to_contain_text("chat message")
    expect(room).to_be_hidden()
    assert all(url.startswith(server.url) for url in asked)
