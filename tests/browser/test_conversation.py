"""Two people in two browsers, one conversation."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import ChatServer, Join

IN_VIEW = """log => {
  const middle = log.getBoundingClientRect().top + 200;
  const row = [...log.querySelectorAll("article p")].find(row => row.getBoundingClientRect().top >= middle);
  return row.textContent;
}"""
"""The text of a message that is in view."""
SCROLL_UP = """async (log, words) => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let number = 0; number < 1000 && !(log.scrollTop === 0 && log.textContent.includes(words)); number += 1) {
    log.scrollBy(0, -100);
    await frame();
  }
}"""
"""Scrolls up frame by frame, as long as it takes older pages to come, until these words are at the top."""
SETTLED = """async log => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let still = 0, before = ""; still < 10; ) {
    await frame();
    const now = `${log.scrollTop} ${log.scrollHeight}`;
    still = now === before ? still + 1 : 0;
    before = now;
  }
}"""
"""Waits until a list has measured its rows: until nothing of it has moved for ten frames."""


def test_two_people_chat_with_each_other(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    ana.say("Coffee is on")
    bo.sees("Coffee is on")
    bo.say("On my way")
    ana.sees("On my way")
    ana.sees_sent("Coffee is on")


def test_typing_is_shown_to_others_and_never_to_oneself(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    bo.page.get_by_role("textbox", name="Message").press_sequentially("hm")
    expect(ana.page.get_by_text("Bo is typing…")).to_be_visible()
    expect(bo.page.get_by_text("is typing…")).to_have_count(0)
    expect(ana.page.get_by_text("Bo is typing…")).to_have_count(0)


def test_people_are_shown_as_here_until_they_leave(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    people = ana.page.get_by_role("complementary", name="People")
    expect(people.get_by_role("listitem").filter(has_text="Bo").get_by_label("online")).to_be_visible()
    bo.page.close()
    expect(people.get_by_role("listitem").filter(has_text="Bo").get_by_label("offline")).to_be_visible()


def test_a_reload_keeps_the_session_the_room_and_the_draft(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.say("Before the reload")
    ana.sees_sent("Before the reload")
    ana.page.get_by_role("textbox", name="Message").fill("half a thou")
    ana.page.reload()
    ana.sees("Before the reload")
    expect(ana.page.get_by_role("textbox", name="Message")).to_have_value("half a thou")
    ana.say("After the reload")
    ana.sees_sent("After the reload")


def test_an_invite_link_leads_a_stranger_into_a_private_room(join: Join, visit: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room, private=True)
    ana.page.get_by_role("button", name="Invite people").click()
    path = ana.page.get_by_label("Invite link").input_value().removeprefix(ana.server.url)
    bo = visit("Bo")
    bo.page.goto(ana.server.url + path)
    expect(bo.page.get_by_text("You have been invited to a room.")).to_be_visible()
    expect(bo.page.get_by_role("button", name="Continue as guest")).to_have_count(0)
    bo.sign_up(path)
    expect(bo.page.get_by_role("heading", name=room)).to_be_visible()
    bo.say("Thanks for the invite")
    bo.sees_sent("Thanks for the invite")


def test_a_revoked_invite_says_that_it_does_not_work(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room, private=True)
    ana.page.get_by_role("button", name="Invite people").click()
    path = ana.page.get_by_label("Invite link").input_value().removeprefix(ana.server.url)
    ana.page.get_by_role("button", name="Revoke").click()
    expect(ana.page.get_by_role("button", name="Create link")).to_be_visible()
    bo.page.goto(bo.server.url + path)
    expect(bo.page.get_by_role("alert")).to_contain_text("This invite does not work.")


def test_leaving_a_room_takes_it_from_the_list(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    bo.page.get_by_role("button", name="Room menu").click()
    bo.page.get_by_role("menuitem", name="Leave room").click()
    bo.page.get_by_role("dialog").get_by_role("button", name="Leave room").click()
    expect(bo.page.get_by_text("You are in no room yet.")).to_be_visible()
    expect(ana.page.get_by_text("Bo left")).to_be_visible()


def test_what_is_said_while_the_page_lists_its_rooms_is_not_missed(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    room_id = ana.create_room(room)
    bo.join_public(room)
    token = ana.token()
    said: list[object] = []

    def answer_late(route: Route) -> None:
        """The list leaves the server before the message, and reaches the page after it."""
        listed = route.fetch()
        if not said:
            said.append(ana.server.post(f"/api/v1/rooms/{room_id}/messages", token, content="You there"))
        route.fulfill(response=listed)

    bo.page.route("**/api/v1/rooms?*", answer_late)
    bo.page.goto(bo.server.url + "/discover")
    row = bo.page.get_by_role("navigation", name="My rooms").get_by_role("link", name=room)
    expect(row.get_by_label("unread")).to_be_visible()
    assert said


def test_an_unread_room_has_a_dot_until_it_is_opened(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    bo.page.goto(bo.server.url + "/discover")
    ana.say("You there")
    row = bo.page.get_by_role("navigation", name="My rooms").get_by_role("link", name=room)
    expect(row.get_by_label("unread")).to_be_visible()
    row.click()
    expect(bo.page.get_by_role("log").get_by_text("New", exact=True)).to_be_visible()
    expect(row.get_by_label("unread")).to_have_count(0)
    expect(ana.page.get_by_text("Read by Bo")).to_be_visible()


def test_scrolling_up_loads_history_without_a_jump(join: Join, server: ChatServer, room: str) -> None:
    ana = join("Ana")
    room_id = ana.create_room(room)
    server.say(room_id, ana.token(), *(f"line {number:03}" for number in range(1, 181)))
    ana.page.reload()
    ana.sees("line 180")
    log = ana.page.get_by_role("log")
    assert log.locator("article").count() < 80
    log.evaluate(SCROLL_UP, f"This is where {room} begins.")
    expect(log.get_by_text(f"This is where {room} begins.")).to_be_visible()
    ana.sees("line 001")


def test_the_view_stays_where_it_is_when_an_older_page_comes(
    join: Join, server: ChatServer, room: str
) -> None:
    ana = join("Ana")
    room_id = ana.create_room(room)
    server.say(room_id, ana.token(), *(f"line {number:03}" for number in range(1, 121)))
    ana.page.reload()
    ana.sees("line 120")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ana.page.route("**/messages?*cursor=*", hold)
    log = ana.page.get_by_role("log")
    with ana.page.expect_request("**/messages?*cursor=*"):
        log.evaluate("log => { log.scrollTop = 400 }")
    log.evaluate(SETTLED)
    row = log.get_by_text(log.evaluate(IN_VIEW), exact=True)
    before = row.bounding_box()
    held[0].continue_()
    expect(log).to_have_attribute("aria-busy", "false")
    log.evaluate(SETTLED)
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == pytest.approx(before["y"], abs=2)


def test_a_long_absence_opens_at_the_unread_line(join: Join, server: ChatServer, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    room_id = ana.create_room(room)
    bo.join_public(room)
    ana.say("line 000")
    bo.sees("line 000")
    bo.page.goto(server.url + "/discover")
    server.say(room_id, ana.token(), *(f"line {number:03}" for number in range(1, 41)))
    bo.page.get_by_role("link", name=room).first.click()
    expect(bo.page.get_by_role("log").get_by_text("New", exact=True)).to_be_in_viewport()
    expect(bo.page.get_by_role("log").get_by_text("line 001", exact=True)).to_be_in_viewport()
    bo.page.get_by_role("button", name="Jump to the newest").click()
    expect(bo.page.get_by_role("log").get_by_text("line 040", exact=True)).to_be_in_viewport()
    expect(ana.page.get_by_text("Read by Bo")).to_be_visible()


def test_what_the_server_refuses_stays_with_the_reason(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.say("ring the \a bell")
    refused = ana.page.get_by_role("log").get_by_role("alert")
    expect(refused).to_contain_text("Not sent: It holds characters that nobody can see.")
    ana.page.reload()
    expect(refused).to_contain_text("Not sent")
    refused.get_by_role("button", name="Delete").click()
    expect(ana.page.get_by_role("log").locator("article")).to_have_count(0)


def test_a_room_is_found_by_its_name_from_the_keyboard(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.create_room("Another one")
    ana.page.keyboard.press("Control+k")
    ana.page.keyboard.type(room)
    ana.page.keyboard.press("Enter")
    expect(ana.page.get_by_role("heading", name=room)).to_be_visible()


def test_who_scrolled_up_is_told_of_new_messages_and_not_moved(
    join: Join, server: ChatServer, room: str
) -> None:
    ana = join("Ana")
    room_id = ana.create_room(room)
    server.say(room_id, ana.token(), *(f"line {number:03}" for number in range(1, 41)))
    ana.sees("line 040")
    bo = join("Bo")
    bo.join_public(room)
    log = bo.page.get_by_role("log")
    log.evaluate(SETTLED)
    log.evaluate("log => { log.scrollTop = 300 }")
    log.evaluate(SETTLED)
    row = log.get_by_text(log.evaluate(IN_VIEW), exact=True)
    expect(bo.page.get_by_role("button", name="Jump to the newest")).to_be_visible()
    before = row.bounding_box()
    ana.say("Down here")
    button = bo.page.get_by_role("button", name="1 new message")
    expect(button).to_be_visible()
    assert row.bounding_box() == before
    button.click()
    expect(log.get_by_text("Down here", exact=True)).to_be_in_viewport()
