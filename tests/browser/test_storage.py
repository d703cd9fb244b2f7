"""What a page does where the browser keeps nothing for it, or nothing more; and what it leaves behind."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, PLAIN_HOST, ChatServer, Join

BLOCKED = """
const refuse = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(window, name, { get: refuse });
window.BroadcastChannel = class { constructor() { refuse(); } };
"""
NULL = "Object.defineProperty(window, 'localStorage', { get: () => null });"
NO_COOKIES = """
Object.defineProperty(Document.prototype, "cookie", {
  get() { throw new DOMException("", "SecurityError"); }, set() { throw new DOMException("", "SecurityError"); },
});
"""
FULL = """() => {
  Storage.prototype.setItem = () => { throw new DOMException("", "QuotaExceededError"); };
}"""
STORED = "() => Object.entries(localStorage).flat().join(' ')"


def storage(page: Page) -> str:
    return str(page.evaluate(STORED))


@pytest.mark.parametrize("script", [BLOCKED, NULL, BLOCKED + NO_COOKIES], ids=["blocked", "null", "cookies"])
def test_where_storage_is_blocked_the_page_works_and_says_so(visit: Join, room: str, script: str) -> None:
    ana = visit("Ana")
    ana.page.add_init_script(script)
    ana.page.goto(ana.server.url)
    expect(ana.page.get_by_text("This browser keeps nothing for this page.")).to_be_visible()
    ana.sign_up()
    ana.create_room(room)
    expect(ana.page.get_by_text("This browser keeps nothing for this page.")).to_be_visible()
    ana.say("Sent all the same")
    ana.sees_sent("Sent all the same")
    ana.page.get_by_role("button", name="Close").click()
    expect(ana.page.get_by_text("This browser keeps nothing for this page.")).to_have_count(0)
    ana.page.get_by_role("link", name="Ana").click()
    ana.page.get_by_label("Theme", exact=True).select_option("Dark")
    ana.page.get_by_label("Language", exact=True).select_option("Deutsch")
    expect(ana.page.get_by_role("button", name="Abmelden")).to_be_visible()


def test_with_a_full_storage_messages_go_out_and_the_draft_lasts_as_long_as_the_page(
    join: Join, room: str
) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.page.evaluate(FULL)
    ana.say("Sent all the same")
    ana.sees_sent("Sent all the same")
    expect(ana.page.get_by_text("This browser’s storage is full.")).to_have_count(0)
    composer = ana.page.get_by_role("textbox", name="Message")
    composer.fill("half a thought")
    expect(ana.page.get_by_text("This browser’s storage is full.")).to_be_visible()
    ana.page.get_by_role("link", name="Discover rooms").first.click()
    ana.page.get_by_role("navigation", name="My rooms").get_by_role("link", name=room).click()
    expect(composer).to_have_value("half a thought")


def test_what_somebody_else_wrote_into_the_storage_breaks_nothing(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.say("Before")
    ana.sees_sent("Before")
    ana.page.evaluate(
        """async () => {
          const me = await (await fetch("/api/users/me")).json();
          localStorage.setItem(`chatroom.outbox.${me.id}.a`, "{half a message");
          localStorage.setItem(`chatroom.outbox.${me.id}.b`, "[]");
          localStorage.setItem("chatroom.language", "__proto__");
          localStorage.setItem("chatroom.theme", "neon");
        }"""
    )
    ana.page.reload()
    ana.sees("Before")


def test_signing_out_leaves_nothing_of_a_person_on_the_device(
    join: Join, server: ChatServer, room: str
) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.page.get_by_role("textbox", name="Message").fill("a secret thought")
    assert "a secret thought" in storage(ana.page)
    ana.page.get_by_role("link", name="Ana").click()
    ana.page.get_by_label("Theme", exact=True).select_option("Dark")
    ana.page.get_by_role("button", name="Sign out").click()
    expect(ana.page.get_by_role("heading", name="Welcome")).to_be_visible()
    kept = storage(ana.page)
    assert kept == "chatroom.theme dark"


def test_being_signed_out_from_afar_leaves_nothing_either(join: Join, server: ChatServer, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.page.get_by_role("textbox", name="Message").fill("a secret thought")
    elsewhere = join("Elsewhere")
    elsewhere.page.goto("about:blank")
    token = ana.token()
    server.post(
        "/api/v1/users/me/password", token, currentPassword="correct horse", newPassword="a new one 77"
    )
    expect(ana.page.get_by_text("You were signed out from another device")).to_be_visible()
    assert "secret" not in storage(ana.page)


def test_a_session_that_ran_out_keeps_the_draft_for_its_person(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.page.get_by_role("textbox", name="Message").fill("half a thought")
    ana.page.context.clear_cookies()
    ana.page.reload()
    expect(ana.page.get_by_text("Your time here ran out.")).to_be_visible()
    assert "half a thought" in storage(ana.page)


def test_where_the_browser_dropped_the_cookies_a_reload_says_why_and_what_to_do(
    visit: Join, server: ChatServer
) -> None:
    ana = visit("Ana")
    server.post("/api/auth/register", "", name="Ana", email=ana.email, password=PASSWORD)
    page = ana.page
    inside = page.get_by_role("navigation", name="My rooms")
    page.goto(f"http://{PLAIN_HOST}:{server.port}")
    page.get_by_role("button", name="Continue as guest").click()
    expect(inside).to_be_attached()
    page.reload()
    expect(page.get_by_text("Ask who runs this server to set PUBLIC_URL.")).to_be_visible()
    page.get_by_role("textbox", name="E-mail").fill(ana.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("form").get_by_role("button", name="Sign in", exact=True).click()
    expect(inside).to_be_attached()
    page.reload()
    expect(page.get_by_text("Ask who runs this server to set PUBLIC_URL.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("PUBLIC_URL")).to_have_count(0)
    # The browser's own complaint of such an address, which is no fault of the page.
    ana.faults[:] = [fault for fault in ana.faults if "Cross-Origin-Opener-Policy" not in fault]


def test_unsent_words_are_asked_about_before_signing_out(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.say("ring the \a bell")
    expect(ana.page.get_by_role("log").get_by_role("alert")).to_contain_text("Not sent")
    ana.page.get_by_role("link", name="Ana").click()
    ana.page.get_by_role("button", name="Sign out").click()
    dialog = ana.page.get_by_role("dialog", name="Sign out now?")
    expect(dialog).to_contain_text("1 message was not sent yet.")
    dialog.get_by_role("button", name="Sign out").click()
    expect(ana.page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert "bell" not in storage(ana.page)


def test_a_draft_goes_with_the_room_that_is_left(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.page.get_by_role("textbox", name="Message").fill("a secret thought")
    ana.page.get_by_role("button", name="Room menu").click()
    ana.page.get_by_role("menuitem", name="Leave room").click()
    ana.page.get_by_role("dialog").get_by_role("button", name="Leave room").click()
    expect(ana.page.get_by_text("You are in no room yet.")).to_be_visible()
    assert "secret" not in storage(ana.page)
