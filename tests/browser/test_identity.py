"""Every way in, and everything that manages what lets people in."""

import random
import re
import sqlite3

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, ChatServer, Join, Person

LOBBY = "Lobby"
NEW_PASSWORD = "a lighthouse in the fog"


def number() -> str:
    """A German mobile number of nobody else in these tests."""
    return f"+49151{random.randrange(10**8):08d}"


def by_phone(page: Page) -> None:
    page.get_by_text("Phone", exact=True).click()


def become_guest(person: Person) -> None:
    person.page.goto(person.server.url)
    person.page.get_by_role("button", name="Continue as guest").click()
    person.page.get_by_role("listitem").filter(has_text=LOBBY).get_by_role("button", name="Join").click()
    expect(person.page.get_by_role("heading", name=LOBBY)).to_be_visible()


def sign_in(person: Person, email: str, password: str) -> None:
    person.page.goto(person.server.url)
    person.page.get_by_role("textbox", name="E-mail").fill(email)
    person.page.get_by_label("Password", exact=True).fill(password)
    person.page.get_by_role("button", name="Sign in").click()


def is_inside(person: Person) -> None:
    expect(person.page.get_by_role("navigation", name="My rooms")).to_be_visible()


def test_a_guest_chats_after_three_clicks(visit: Join) -> None:
    guest = visit("Guest")
    clicks: list[str] = []
    guest.page.expose_function("noteClick", lambda text: clicks.append(text))  # noqa: PLW0108 - it marks what it is given
    guest.page.add_init_script(
        "addEventListener('click', event => event.isTrusted && noteClick(event.target.textContent), true)"
    )
    become_guest(guest)
    expect(guest.page.get_by_role("log")).to_be_visible()
    guest.page.keyboard.type("Hello from nowhere")
    guest.page.keyboard.press("Enter")
    guest.sees_sent("Hello from nowhere")
    assert len(clicks) <= 3, clicks


def test_somebody_signs_up_by_phone_and_chooses_a_password(visit: Join, server: ChatServer) -> None:
    ana, phone = visit("Ana"), number()
    page = ana.page
    page.goto(server.url)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Name").fill("Ana Ribeiro")
    by_phone(page)
    page.get_by_label("Phone number").fill(phone)
    expect(page.get_by_text("Germany")).to_be_visible()
    page.get_by_role("button", name="Send me a password").click()
    page.get_by_label("Password from the SMS").fill(server.letter(phone, r"password is (\S+)"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()
    page.reload()
    page.get_by_label("Password from the SMS").fill(server.letter(phone, r"password is (\S+)"))
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save password").click()
    is_inside(ana)
    page.goto(server.url + "/you")
    page.get_by_role("button", name="Sign out").click()
    by_phone(page)
    page.get_by_label("Phone number").fill(phone)
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    is_inside(ana)


def test_a_forgotten_password_is_replaced_with_a_code(join: Join, visit: Join, server: ChatServer) -> None:
    ana, elsewhere = join("Ana"), visit("Elsewhere")
    page = elsewhere.page
    page.goto(server.url)
    page.get_by_role("textbox", name="E-mail").fill(ana.email)
    page.get_by_role("button", name="Forgot your password?").click()
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value(ana.email)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_label("Code").fill("00000000")
    page.get_by_role("button", name="Set new password").click()
    expect(page.get_by_text("The code is wrong or no longer works")).to_be_visible()
    page.get_by_label("Code").fill(server.letter(ana.email, r"(\d{6,})"))
    page.get_by_role("button", name="Set new password").click()
    expect(page.get_by_text("Your new password works.")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    is_inside(elsewhere)
    expect(ana.page.get_by_text("You were signed out from another device")).to_be_visible()


def test_a_device_ended_from_another_one_says_so(join: Join, visit: Join) -> None:
    ana, phone = join("Ana"), visit("Phone")
    sign_in(phone, ana.email, PASSWORD)
    is_inside(phone)
    ana.page.goto(ana.server.url + "/you/devices")
    expect(ana.page.get_by_text("This one")).to_have_count(1)
    ana.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(phone.page.get_by_text("You were signed out from another device")).to_be_visible()
    expect(ana.page.get_by_text("You are signed in only here.")).to_be_visible()


def test_all_other_devices_are_ended_at_once(join: Join, visit: Join) -> None:
    ana, others = join("Ana"), [visit("Phone"), visit("Tablet")]
    for other in others:
        sign_in(other, ana.email, PASSWORD)
        is_inside(other)
    ana.page.goto(ana.server.url + "/you/devices")
    ana.page.get_by_role("button", name="Sign out all others").click()
    for other in others:
        expect(other.page.get_by_text("You were signed out from another device")).to_be_visible()
    expect(ana.page.get_by_text("You are signed in only here.")).to_be_visible()


def test_a_guest_becomes_a_member_and_keeps_what_they_said(visit: Join, join: Join) -> None:
    guest, ana = visit("Guest"), join("Ana")
    become_guest(guest)
    guest.say("Said as a guest")
    guest.sees_sent("Said as a guest")
    page = guest.page
    page.goto(guest.server.url + "/you")
    page.get_by_role("button", name="Keep your name and history").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Noor")
    dialog.get_by_role("textbox", name="E-mail").fill(guest.email)
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Account", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="My rooms").get_by_role("link", name=LOBBY).click()
    guest.sees("Said as a guest")
    guest.say("Said as a member")
    guest.sees_sent("Said as a member")
    ana.join_public(LOBBY)
    ana.sees("Said as a guest")
    ana.sees("Said as a member")


def test_a_guest_becomes_a_member_by_phone_and_keeps_what_they_said(visit: Join, server: ChatServer) -> None:
    guest, phone = visit("Guest"), number()
    become_guest(guest)
    guest.say("Said before the SMS")
    guest.sees_sent("Said before the SMS")
    page = guest.page
    page.get_by_role("link", name="Create account").click()
    page.get_by_role("button", name="Keep your name and history").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Phone", exact=True).click()
    dialog.get_by_label("Phone number").fill(phone)
    dialog.get_by_role("button", name="Send me a password").click()
    dialog.get_by_label("Password from the SMS").fill(server.letter(phone, r"password is (\S+)"))
    dialog.get_by_role("button", name="Continue").click()
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_text("Account", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="My rooms").get_by_role("link", name=LOBBY).click()
    guest.sees("Said before the SMS")


def test_signing_out_in_one_tab_signs_out_in_the_other(join: Join) -> None:
    ana = join("Ana")
    other = ana.page.context.new_page()
    other.goto(ana.server.url)
    expect(other.get_by_role("navigation", name="My rooms")).to_be_visible()
    ana.page.goto(ana.server.url + "/you")
    ana.page.get_by_role("button", name="Sign out").click()
    expect(other.get_by_text("You signed out in another tab.")).to_be_visible()


def test_a_room_joined_in_one_tab_appears_in_the_other(join: Join, room: str) -> None:
    ana = join("Ana")
    other = ana.page.context.new_page()
    other.goto(ana.server.url)
    rooms = other.get_by_role("navigation", name="My rooms")
    expect(rooms).to_be_visible()
    ana.create_room(room)
    expect(rooms.get_by_role("link", name=room)).to_be_visible()
    ana.say("Seen in both")
    expect(rooms.get_by_role("link", name=room)).to_contain_text("Seen in both")


def test_what_is_done_on_another_device_is_seen_without_a_reload(
    join: Join, server: ChatServer, room: str
) -> None:
    ana, bo = join("Ana"), join("Bo")
    token = ana.token()
    rooms = ana.page.get_by_role("navigation", name="My rooms")
    expect(ana.page.get_by_role("link", name="Ana online")).to_be_visible()
    room_id = server.post("/api/rooms", token, name=room)["id"]
    expect(rooms.get_by_role("link", name=room)).to_be_visible()
    server.post(f"/api/rooms/{room_id}/join", bo.token())
    server.say(room_id, bo.token(), "Seen at once")
    expect(rooms.get_by_role("link", name=room)).to_contain_text("Seen at once")
    server.patch("/api/v1/users/me", token, name="Ana of the Lake")
    expect(ana.page.get_by_role("link", name="Ana of the Lake")).to_be_visible()
    server.post(f"/api/rooms/{room_id}/leave", token)
    expect(rooms.get_by_role("link", name=room)).to_have_count(0)


def test_a_password_is_changed_with_the_one_before(join: Join, visit: Join) -> None:
    ana = join("Ana")
    page = ana.page
    page.goto(ana.server.url + "/you")
    page.get_by_role("button", name="Change", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Current password").fill("not the one")
    dialog.get_by_label("New password").fill(NEW_PASSWORD)
    dialog.get_by_role("button", name="Save password").click()
    expect(dialog.get_by_text("This is not your current password.")).to_be_visible()
    dialog.get_by_label("Current password").fill(PASSWORD)
    dialog.get_by_role("button", name="Save password").click()
    expect(page.get_by_text("Your other devices are signed out.")).to_be_visible()
    elsewhere = visit("Elsewhere")
    sign_in(elsewhere, ana.email, NEW_PASSWORD)
    is_inside(elsewhere)


def test_a_phone_number_is_added_with_the_code_that_it_got(join: Join, server: ChatServer) -> None:
    ana, phone = join("Ana"), number()
    page = ana.page
    page.goto(server.url + "/you")
    page.get_by_role("button", name="Add: Phone number").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Phone number").fill(phone)
    dialog.get_by_label("Current password").fill("not my password")
    dialog.get_by_role("button", name="Send code").click()
    expect(dialog.get_by_text("This is not your current password.")).to_be_visible()
    dialog.get_by_label("Current password").fill(PASSWORD)
    dialog.get_by_role("button", name="Send code").click()
    dialog.get_by_label("Code").fill(server.letter(phone, r"(\d{6,})"))
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(f"•••• {phone[-4:]}")).to_be_visible()


def test_a_changed_name_is_seen_after_a_reload(join: Join) -> None:
    ana = join("Ana")
    ana.page.goto(ana.server.url + "/you")
    ana.page.get_by_label("Name").fill("Ana of the Lake")
    ana.page.get_by_role("button", name="Save name").click()
    expect(ana.page.get_by_text("Saved")).to_be_visible()
    ana.page.reload()
    expect(ana.page.get_by_label("Name")).to_have_value("Ana of the Lake")


def test_a_session_that_ran_out_is_renewed_without_a_word(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.page.context.clear_cookies(name=re.compile("accessToken"))
    ana.page.goto(ana.server.url)
    expect(ana.page.get_by_role("link", name=room)).to_be_visible()


def test_a_session_that_cannot_be_renewed_leads_to_signing_in_with_a_word_why(join: Join) -> None:
    ana = join("Ana")
    ana.page.wait_for_load_state("networkidle")  # a late answer would set its cookie again
    ana.page.context.clear_cookies()
    ana.page.reload()
    expect(ana.page.get_by_text("Your time here ran out.")).to_be_visible()


def test_unsafe_calls_with_a_cookie_carry_a_csrf_token(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.page.reload()  # from now on the cookie is all that this page has
    is_inside(ana)
    ana.page.context.clear_cookies(name=re.compile("csrfToken"))
    ana.create_room(room)
    ana.say("Still mine")
    ana.sees_sent("Still mine")


def test_ending_another_session_asks_for_the_password_when_it_was_given_long_ago(
    join: Join, visit: Join, server: ChatServer
) -> None:
    ana, phone = join("Ana"), visit("Phone")
    sign_in(phone, ana.email, PASSWORD)
    is_inside(phone)
    with sqlite3.connect(server.data / "chatroom.db") as database:
        database.execute("UPDATE sessions SET proven_at = 0")
    ana.page.goto(f"{server.url}/you/devices")
    ana.page.get_by_role("button", name="Sign out", exact=True).click()
    dialog = ana.page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Current password").fill(PASSWORD)
    dialog.get_by_role("button", name="Confirm").click()
    expect(phone.page.get_by_text("You were signed out from another device")).to_be_visible()
    expect(dialog).to_be_hidden()
