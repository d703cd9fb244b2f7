"""What other people write: it stays in its place, whatever characters it is made of."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ChatServer, Join

TOWER = "".join(letter + "\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 12 for letter in "he comes")
OUTSIDE = """tower => {
  // Where ink of a text may be: the nearest box that clips it.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const guilty = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent.includes(tower)) continue;
    const box = node.parentElement.getBoundingClientRect();
    let clip = node.parentElement;
    while (clip && getComputedStyle(clip).overflowY === "visible") clip = clip.parentElement;
    const edge = clip.getBoundingClientRect();
    if (edge.height > box.height + 8) guilty.push(node.parentElement.outerHTML.slice(0, 200));
  }
  return guilty;
}"""
MARKS = "() => Math.max(0, ...[...document.body.innerText.matchAll(/\\p{Mn}+/gu)].map(([run]) => run.length))"
INITIALS = "() => [...document.querySelectorAll('main ul [aria-hidden].avatar')].map(one => one.textContent)"


def stays_in_line(page: Page) -> None:
    assert page.evaluate(OUTSIDE, "h\u0301\u0302") == []
    assert page.evaluate(MARKS) <= 4


def test_towers_of_marks_stay_in_their_line_everywhere(join: Join, server: ChatServer) -> None:
    ana, bo = join("Ana"), join("Bo")
    name = TOWER[:60]
    token = bo.token()
    room_id = server.post("/api/rooms", token, name=name)["id"]
    server.patch("/api/v1/users/me", token, name=name)
    server.post(f"/api/rooms/{room_id}/join", ana.token())
    server.say(room_id, token, TOWER)
    for path in (f"/rooms/{room_id}", "/people", "/discover", "/"):
        ana.page.goto(server.url + path)
        ana.page.wait_for_load_state("networkidle")
        expect(ana.page.get_by_role("navigation", name="My rooms").get_by_role("listitem")).to_have_count(1)
        stays_in_line(ana.page)
    ana.page.goto(f"{server.url}/rooms/{room_id}")
    expect(ana.page.get_by_role("log").locator("article")).to_have_count(1)
    bo.page.goto(f"{server.url}/rooms/{room_id}")
    bo.page.get_by_role("textbox").last.press_sequentially("hm")
    expect(ana.page.get_by_text("typing…").last).to_be_visible()
    stays_in_line(ana.page)
    ana.page.get_by_role("button", name="Room menu").click()
    ana.page.get_by_role("menuitem", name="Leave room").click()
    stays_in_line(ana.page)


def test_a_name_begins_with_what_a_reader_sees_as_a_letter(join: Join, server: ChatServer) -> None:
    ana = join("Ana")
    token = ana.token()
    names = {"𝕏 news": "𝕏", "🎉 party": "🎉", "👩🏽‍🚀 crew": "👩🏽‍🚀", "🇧🇷 Brasil": "🇧🇷", "#general": "G"}
    for name in names:
        server.post("/api/rooms", token, name=name)
    ana.page.goto(server.url)
    rooms = ana.page.get_by_role("navigation", name="My rooms").get_by_role("listitem")
    expect(rooms).to_have_count(len(names))
    for name, initial in names.items():
        expect(rooms.filter(has_text=name).locator(".avatar")).to_have_text(initial)


def test_two_people_may_choose_the_same_id_for_a_message(join: Join, server: ChatServer, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    room_id = ana.create_room(room)
    path = f"/api/v1/rooms/{room_id}/messages"
    server.post(f"/api/rooms/{room_id}/join", bo.token())
    for person in (ana, bo):
        for message_id in ("same", "intro", "line"):
            server.post(path, person.token(), content=f"{person.name} {message_id}", clientMsgId=message_id)
    ana.say("And one more")
    ana.sees_sent("And one more")
    texts = ana.page.get_by_role("log").locator("article p").all_inner_texts()
    said = [f"{name} {message_id}" for name in ("Ana", "Bo") for message_id in ("same", "intro", "line")]
    assert texts == [*said, "And one more"]


@pytest.mark.parametrize(
    "text", ["x" + "\n" * 7_990 + "y", "﷽" * 2_000, "word " * 1_500], ids=["lines", "wide", "long"]
)
def test_a_high_message_shows_its_beginning_and_more_when_asked(
    join: Join, server: ChatServer, room: str, text: str
) -> None:
    ana = join("Ana", width=390, height=844)
    room_id = ana.create_room(room)
    server.post(f"/api/v1/rooms/{room_id}/messages", ana.token(), content=text)
    row = ana.page.get_by_role("log").locator("article")
    more = row.get_by_role("button", name="Show more")
    expect(more).to_be_visible()
    box = row.bounding_box()
    assert box is not None
    assert box["height"] < 600
    more.click()
    expect(row.get_by_role("button", name="Show less")).to_be_attached()
    box = row.bounding_box()
    assert box is not None
    assert box["height"] > 700


def test_code_keeps_its_indentation_on_a_phone(join: Join, room: str) -> None:
    ana = join("Ana", width=360, height=740)
    ana.create_room(room)
    code = (
        "if ready:\n        return 'a line that is much longer than any phone is wide, so that it would wrap'"
    )
    ana.say(f"```\n{code}\n```")
    block = ana.page.get_by_role("log").locator("code")
    expect(block).to_have_text(code)
    size = block.evaluate(
        "one => ({ high: one.clientHeight, wide: one.scrollWidth - one.clientWidth,"
        " page: document.documentElement.scrollWidth - innerWidth })"
    )
    assert size["high"] < 70
    assert size["wide"] > 0
    assert size["page"] == 0
    ana.say("    indented from its first line on")
    expect(ana.page.get_by_role("log").locator("article p").last).to_have_js_property(
        "textContent", "    indented from its first line on"
    )
