"""Keys: what an input method keeps for itself, what belongs to a field, what closes before a page is left."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PASSWORD, ChatServer, Join

COMPOSING = {
    "while composing": {"key": "Enter", "keyCode": 13, "isComposing": True},
    "Safari, after compositionend": {"key": "Enter", "keyCode": 229, "isComposing": False},
    "an input method that names no key": {"key": "Process", "keyCode": 229, "isComposing": False},
}


def end_composition(field: Locator, how: str) -> None:
    """Press the Enter that picks a word, as browsers report it."""
    field.focus()
    field.dispatch_event("compositionstart")
    field.dispatch_event("compositionend", {"data": "かな"})
    field.dispatch_event("keydown", {"bubbles": True, "cancelable": True, **COMPOSING[how]})


@pytest.mark.parametrize("how", COMPOSING)
def test_the_enter_that_ends_a_composition_acts_nowhere(join: Join, room: str, how: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    here = ana.page.url
    composer = ana.page.get_by_role("textbox", name="Message")
    composer.fill("かな")
    end_composition(composer, how)
    expect(composer).to_have_value("かな")
    expect(ana.page.get_by_role("log").locator("article")).to_have_count(0)
    ana.create_room(f"Other {room}")
    search = ana.page.get_by_role("searchbox")
    search.fill(room)
    end_composition(search, how)
    expect(search).to_have_value(room)
    assert ana.page.url != here
    search.press("Enter")
    expect(ana.page.get_by_role("log")).to_be_visible()
    expect(search).to_have_value("")


def test_an_escape_for_the_input_method_closes_nothing(join: Join, room: str) -> None:
    ana = join("Ana")
    search = ana.page.get_by_role("searchbox")
    search.fill("かな")
    search.dispatch_event("keydown", {"bubbles": True, "key": "Escape", "keyCode": 229})
    expect(search).to_have_value("かな")


def test_an_arrow_that_opens_a_list_changes_no_room(join: Join, room: str) -> None:
    ana = join("Ana")
    first, second = ana.create_room(room), ana.create_room(f"Other {room}")
    page = ana.page
    page.get_by_role("textbox", name="Message").press("Alt+ArrowDown")
    expect(page).to_have_url(f"{ana.server.url}/rooms/{first}")
    page.get_by_role("textbox", name="Message").press("Alt+ArrowUp")
    expect(page).to_have_url(f"{ana.server.url}/rooms/{second}")
    page.goto(ana.server.url + "/you")
    page.get_by_label("Theme").press("Alt+ArrowDown")
    page.keyboard.press("Escape")
    expect(page).to_have_url(ana.server.url + "/you")
    page.get_by_role("button", name="New room").click()
    page.get_by_label("Room name").press("Alt+ArrowDown")
    expect(page).to_have_url(ana.server.url + "/you")


def test_a_touch_keyboard_can_break_a_line(join: Join, room: str) -> None:
    ana = join("Ana", width=390, height=844, has_touch=True, is_mobile=True)
    ana.create_room(room)
    composer = ana.page.get_by_role("textbox", name="Message")
    composer.press_sequentially("first")
    composer.press("Enter")
    composer.press_sequentially("second")
    expect(composer).to_have_value("first\nsecond")
    expect(composer).to_have_attribute("enterkeyhint", "enter")
    ana.page.get_by_role("button", name="Send").click()
    ana.sees_sent("first\nsecond")
    composer.fill("with a keyboard at hand")
    composer.press("Control+Enter")
    ana.sees_sent("with a keyboard at hand")


@pytest.mark.parametrize("opened", ["dialog", "sheet", "menu", "dialog of a menu"])
def test_back_closes_what_lies_over_a_room_and_keeps_the_room(join: Join, room: str, opened: str) -> None:
    ana = join("Ana", width=390, height=844)
    page = ana.page
    ana.create_room(room)
    here = page.url
    button = {"dialog": "Invite people", "sheet": "Show people"}.get(opened, "Room menu")
    page.get_by_role("button", name=button).click()
    if opened == "dialog of a menu":
        page.get_by_role("menuitem", name="Leave room").click()
    over = page.get_by_role("menu" if opened == "menu" else "dialog")
    expect(over).to_be_visible()
    page.wait_for_timeout(100)  # a menu's exit takes its entry of the history along, a moment later
    page.go_back()
    expect(over).to_have_count(0)
    expect(page).to_have_url(here)
    expect(page.get_by_role("heading", name=room)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("navigation", name="My rooms")).to_be_visible()


def test_a_room_left_or_made_in_a_dialog_leaves_no_trace_of_it_in_the_history(join: Join, room: str) -> None:
    ana = join("Ana")
    page = ana.page
    page.goto(ana.server.url + "/discover")
    ana.create_room(room)
    page.go_back()
    expect(page.get_by_role("heading", name="Discover rooms")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name=room)).to_be_visible()
    page.get_by_role("button", name="Room menu").click()
    page.get_by_role("menuitem", name="Leave room").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave room").click()
    expect(page).to_have_url(ana.server.url + "/")
    page.go_back()
    expect(page.get_by_role("heading", name="Discover rooms")).to_be_visible()


def test_each_message_is_read_out_with_who_says_it(join: Join, server: ChatServer, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    room_id = ana.create_room(room)
    server.post(f"/api/rooms/{room_id}/join", bo.token())
    server.say(room_id, bo.token(), "ok", "ok", "ok")
    spoken = ana.page.locator('[aria-live="polite"][aria-relevant="additions"]')
    expect(spoken.locator("p")).to_have_text(["Bo: ok", "Bo: ok", "Bo: ok"])


def test_nothing_of_a_room_stays_in_the_title_after_signing_out(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    expect(ana.page).to_have_title(f"{room} · Chatroom")
    ana.page.get_by_role("link", name="Ana").click()
    expect(ana.page).to_have_title("You · Chatroom")
    ana.page.get_by_role("navigation", name="My rooms").get_by_role("link", name=room).click()
    other = ana.page.context.new_page()
    other.goto(ana.server.url + "/you")
    other.get_by_role("button", name="Sign out").click()
    expect(ana.page.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(ana.page).to_have_title("Chatroom")
    assert PASSWORD not in ana.page.content()
