"""Nothing is asked in vain, covered, out of line, or shown that nobody knows any more."""

import pytest
from playwright.sync_api import ConsoleMessage, Page, Response, expect

from tests.browser.conftest import ChatServer, Join
from tests.browser.test_conversation import SETTLED

BOXES = """() => {
  const of = query => document.querySelector(query)?.getBoundingClientRect();
  const log = of("[role=log]");
  const jump = [...document.querySelectorAll("main button")].find(one => one.textContent.includes("newest"));
  const pill = [...document.querySelectorAll("main [aria-hidden] > span")].find(one => /Today/.test(one.textContent));
  return { log, jump: jump?.getBoundingClientRect(), pill: pill?.getBoundingClientRect() };
}"""


RULES = """() => [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
  .flatMap(rule => [rule, ...(rule.cssRules ?? [])]).map(rule => rule.cssText).join(" ")"""


class Noise:
    """Every line of a page's console, and every answer that says no."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        page.on("console", self._line)
        page.on("response", self._answer)
        page.on("requestfailed", lambda request: self.heard.append(request.url))

    def _line(self, line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"}:
            self.heard.append(line.text)

    def _answer(self, answer: Response) -> None:
        if answer.status >= 400:
            self.heard.append(f"{answer.status} {answer.url}")


def test_a_first_visit_and_all_that_follows_leaves_the_console_clean(visit: Join, room: str) -> None:
    ana = visit("Ana")
    noise = Noise(ana.page)
    ana.page.goto(ana.server.url)
    expect(ana.page.get_by_role("button", name="Sign in")).to_be_visible()
    ana.page.wait_for_load_state("networkidle")
    assert noise.heard == []
    ana.sign_up()
    ana.create_room(room)
    ana.say("Hello")
    ana.sees_sent("Hello")
    ana.page.reload()
    ana.sees("Hello")
    ana.page.goto(ana.server.url + "/you")
    ana.page.get_by_role("button", name="Sign out").click()
    expect(ana.page.get_by_role("heading", name="Welcome")).to_be_visible()
    ana.page.reload()
    expect(ana.page.get_by_role("heading", name="Welcome")).to_be_visible()
    ana.page.wait_for_load_state("networkidle")
    assert noise.heard == []


def test_a_first_visit_asks_for_files_only(visit: Join) -> None:
    ana = visit("Ana")
    asked: list[str] = []
    ana.page.on("request", lambda request: asked.append(request.url.removeprefix(ana.server.url)))
    ana.page.goto(ana.server.url)
    expect(ana.page.get_by_role("button", name="Sign in")).to_be_visible()
    ana.page.wait_for_load_state("networkidle")
    assert [path for path in asked if path.startswith(("/api", "/socket.io"))] == []


def test_a_high_window_is_filled_with_history(join: Join, server: ChatServer, room: str) -> None:
    ana = join("Ana", width=1200, height=3200)
    room_id = ana.create_room(room)
    server.say(room_id, ana.token(), *(f"line {number:03}" for number in range(1, 151)))
    ana.page.reload()
    ana.sees("line 150")
    ana.sees("line 050")
    expect(ana.page.get_by_role("log").get_by_text("line 040", exact=True)).to_be_in_viewport()


def test_what_floats_covers_no_message(join: Join, server: ChatServer, room: str) -> None:
    ana = join("Ana")
    room_id = ana.create_room(room)
    server.say(room_id, ana.token(), *(f"line {number:03}" for number in range(1, 61)))
    ana.sees("line 060")
    log = ana.page.get_by_role("log")
    log.evaluate(SETTLED)
    log.evaluate("log => { log.scrollTop = 300 }")
    expect(ana.page.get_by_role("button", name="Jump to the newest")).to_be_visible()
    expect(ana.page.locator("main [aria-hidden] > span", has_text="Today").first).to_be_visible()
    boxes = ana.page.evaluate(BOXES)
    assert boxes["pill"]["bottom"] <= boxes["log"]["top"]
    assert boxes["jump"]["top"] >= boxes["log"]["bottom"]


@pytest.mark.parametrize(("width", "locale"), [(2200, "en"), (2200, "ar"), (390, "en")])
def test_the_header_begins_where_the_messages_begin(join: Join, room: str, width: int, locale: str) -> None:
    ana = join("Ana", width=width)
    ana.create_room(room)
    ana.say("Hello")
    ana.sees_sent("Hello")
    start = "left"
    if locale == "ar":
        ana.page.evaluate("document.documentElement.dir = 'rtl'")
        start = "right"
    title, avatar, composer = (
        ana.page.locator(where).first.evaluate(f"one => one.getBoundingClientRect().{start}")
        for where in ("main header h1", "[role=log] article .avatar", "main form > div")
    )
    assert abs(avatar - composer) <= 1 if width > 1000 else True
    assert abs(title - avatar) <= 1 if width > 1000 else title > avatar


def test_an_arabic_composer_waits_at_its_own_end(visit: Join, room: str) -> None:
    ana = visit("Ana", locale="ar")
    ana.page.request.post(
        ana.server.url + "/api/auth/register",
        data={"name": ana.name, "email": ana.email, "password": "correct horse", "cookies": True},
        headers={"Origin": ana.server.url},
    )
    room_id = ana.server.post("/api/rooms", ana.token(), name=room)["id"]
    ana.page.goto(f"{ana.server.url}/rooms/{room_id}")
    composer = ana.page.locator("main textarea")
    turn = "one => getComputedStyle(one).direction"
    expect(composer).to_be_visible()
    assert composer.evaluate(turn) == "rtl"
    composer.fill("12:30")
    assert composer.evaluate(turn) == "rtl"
    composer.fill("Hello")
    assert composer.evaluate(turn) == "ltr"
    composer.fill("مرحبا")
    assert composer.evaluate(turn) == "rtl"


def test_the_search_has_a_cross_of_its_own(join: Join) -> None:
    ana = join("Ana")
    search = ana.page.get_by_role("searchbox")
    search.fill("nothing like it")
    assert "::-webkit-search-cancel-button { appearance: none; }" in ana.page.evaluate(RULES)
    ana.page.get_by_role("button", name="Clear search").click()
    expect(search).to_have_value("")
    expect(search).to_be_focused()
