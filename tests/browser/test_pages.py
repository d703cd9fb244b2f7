"""What every page keeps to: weight, the content security policy, names for what cannot be seen, keys, a phone."""

import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import ChatServer, Join, Person

FIRST_LOAD_BYTES = 160_000
"""Of a stranger's first page with everything in it."""
FIRST_VIEW_BYTES = 195_000
"""Of the code and styles that a signed-in person's first view needs. What is fetched ahead for other pages does not
count, nor does the font, the same 22 kB as before. The menu's library is 27 kB of it, the translation's 15 kB."""
NAMELESS = """() => {
  const named = element => element.getAttribute("aria-label") || element.getAttribute("aria-labelledby")
    || element.textContent.trim() || element.title || (element.labels && element.labels.length > 0);
  const wanted = "a[href], button, input, textarea, dialog, [role=log], [role=img], [role=menuitem], img";
  return [...document.querySelectorAll(wanted)].filter(element => !named(element)).map(one => one.outerHTML);
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def violations(visit: Join) -> Iterator[Person]:
    """Somebody whose browser reports every breach of the policy; there must be none at the end."""
    person = visit("Ana")
    person.page.add_init_script(
        "window.breaches = []; document.addEventListener('securitypolicyviolation',"
        " event => window.breaches.push(event.violatedDirective + ' ' + event.blockedURI))"
    )
    yield person
    assert person.page.evaluate("window.breaches") == []


def weight(answer: Response) -> int:
    """Bytes on the wire; a font is compressed already."""
    body = answer.body()
    return len(body) if answer.url.endswith(".woff2") else len(gzip.compress(body))


def answers(page: Page) -> list[Response]:
    """What this page is answered from now on."""
    heard: list[Response] = []

    def note(answer: Response) -> None:
        heard.append(answer)

    page.on("response", note)
    return heard


def test_the_first_page_weighs_little(visit: Join) -> None:
    page = visit("Ana").page
    heard = answers(page)
    page.goto(visit("Bo").server.url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.wait_for_load_state("networkidle")
    weighed = {answer.url: weight(answer) for answer in heard}
    assert any(url.endswith(".woff2") for url in weighed)
    assert sum(weighed.values()) <= FIRST_LOAD_BYTES, weighed


def test_what_a_signed_in_person_s_first_view_needs_weighs_little(visit: Join) -> None:
    ana = visit("Ana")
    # Once connected, the page fetches the code of the others ahead.
    ana.page.route("**/socket.io/**", lambda route: route.abort())
    ana.page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    heard = answers(ana.page)
    ana.arrive()
    ana.page.wait_for_load_state("networkidle")
    code = {answer.url: weight(answer) for answer in heard if answer.url.endswith((".js", ".css"))}
    assert sum("/inside-" in url for url in code) == 1
    assert not any("/YouPage-" in url for url in code)
    assert sum(code.values()) <= FIRST_VIEW_BYTES, code


def test_nothing_breaks_the_content_security_policy(violations: Person, room: str) -> None:
    violations.sign_up()
    violations.create_room(room)
    violations.say("<img src=x onerror=alert(1)> <script>alert(1)</script>")
    violations.sees("<img src=x onerror=alert(1)> <script>alert(1)</script>")
    violations.page.get_by_role("button", name="Room menu").click()
    violations.page.keyboard.press("Escape")
    violations.page.get_by_role("button", name="Invite people").click()
    expect(violations.page.get_by_role("dialog", name="Invite people")).to_be_visible()
    policy = violations.page.request.get(violations.server.url).headers["content-security-policy"]
    assert "unsafe" not in policy


def test_no_page_breaks_the_policy_or_lacks_a_name(violations: Person) -> None:
    violations.sign_up()
    for path in ("/you", "/you/devices", "/people", "/discover", "/nowhere", "/rooms/%zz"):
        violations.page.goto(violations.server.url + path)
        expect(violations.page.get_by_role("heading", level=1)).to_be_visible()
        assert violations.page.evaluate(NAMELESS) == [], path
        assert violations.page.evaluate("window.breaches") == [], path


def test_a_page_from_the_cache_may_still_run_its_scripts(violations: Person) -> None:
    for _ in range(3):
        violations.page.goto(violations.server.url)
        expect(violations.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_everything_that_can_be_used_has_a_name(join: Join, room: str) -> None:
    ana = join("Ana")
    assert ana.page.evaluate(NAMELESS) == []
    ana.create_room(room)
    ana.say("Hello")
    ana.sees_sent("Hello")
    assert ana.page.evaluate(NAMELESS) == []
    ana.page.get_by_role("button", name="Invite people").click()
    expect(ana.page.get_by_label("Invite link")).to_be_visible()
    assert ana.page.evaluate(NAMELESS) == []
    expect(ana.page.get_by_role("main")).to_have_count(1)
    expect(ana.page.locator("h1")).to_have_count(1)


def test_the_whole_way_goes_by_keyboard(visit: Join, room: str) -> None:
    ana = visit("Ana")
    ana.sign_up()
    page = ana.page
    page.get_by_role("button", name="New room").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Room name")).to_be_focused()
    page.keyboard.type(room)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=room)).to_be_visible()
    page.get_by_role("log").focus()
    page.keyboard.type("Typed anywhere")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("on two lines")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("Typed anywhere\non two lines")).to_be_visible()
    page.get_by_role("button", name="Invite people").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Invite people")).to_be_focused()


def test_the_focus_is_where_one_goes_on(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    page = ana.page
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    invite, menu = (page.get_by_role("button", name=name) for name in ("Invite people", "Room menu"))
    invite.click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(invite).to_be_focused()
    for leaving in ("Cancel", "Close"):
        menu.press("Enter")
        page.get_by_role("menuitem", name="Leave room").press("Enter")
        page.get_by_role("dialog").get_by_role("button", name=leaving).click()
        expect(menu).to_be_focused()
    menu.press("Enter")
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()


def test_new_messages_of_others_are_read_out(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    bo.say("Can you hear me")
    expect(ana.page.locator('[aria-live="polite"]')).to_have_text("Bo: Can you hear me")


def test_a_phone_shows_one_pane_at_a_time(join: Join, room: str) -> None:
    ana = join("Ana", width=360, height=740, has_touch=True)
    rooms = ana.page.get_by_role("navigation", name="My rooms")
    ana.create_room(room)
    expect(rooms).to_be_hidden()
    assert ana.page.evaluate(OVERFLOW) == 0
    ana.page.get_by_role("button", name="Back to rooms").click()
    expect(rooms).to_be_visible()
    assert ana.page.evaluate(OVERFLOW) == 0


def test_a_phone_has_tabs_where_no_conversation_is(join: Join, room: str) -> None:
    ana = join("Ana", width=360, height=740, has_touch=True)
    tabs = ana.page.get_by_role("navigation", name="Main")
    for tab, heading in (("People", "People"), ("You", "You")):
        tabs.get_by_role("link", name=tab).click()
        expect(ana.page.get_by_role("heading", level=1, name=heading)).to_be_focused()
        expect(tabs.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
        assert ana.page.evaluate(OVERFLOW) == 0
    tabs.get_by_role("link", name="Rooms").click()
    ana.create_room(room)
    expect(tabs).to_have_count(0)


def test_people_one_shares_a_room_with_are_listed_with_their_presence(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    ana.page.goto(ana.server.url + "/people")
    row = ana.page.get_by_role("main").get_by_role("listitem").filter(has_text="Bo")
    expect(row).to_contain_text(room)
    expect(row.get_by_label("online")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("es-MX", "Te damos la bienvenida"),
        ("fr", "Bienvenue"),
        ("de-AT", "Willkommen"),
        ("pt-BR", "Boas-vindas"),
        ("hi-IN", "स्वागत है"),
        ("zh-CN", "欢迎"),
    ],
)
def test_the_browser_s_language_is_spoken(visit: Join, locale: str, title: str) -> None:
    ana = visit("Ana", locale=locale, width=360, height=740)
    ana.page.goto(ana.server.url)
    expect(ana.page.get_by_role("heading", name=title)).to_be_visible()
    assert ana.page.locator("html").get_attribute("lang") == locale.partition("-")[0]
    assert ana.page.evaluate(OVERFLOW) == 0


def direction(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).direction"))


def test_arabic_runs_from_right_to_left_and_can_be_left_again(visit: Join) -> None:
    ana = visit("Ana", locale="ar")
    page = ana.page
    page.goto(ana.server.url)
    expect(page.get_by_role("heading", name="أهلًا وسهلًا")).to_be_visible()
    assert direction(page) == "rtl"
    page.get_by_label("اللغة").select_option("English")
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert direction(page) == "ltr"


def test_a_chosen_theme_survives_a_reload(visit: Join) -> None:
    ana = visit("Ana")
    ana.page.goto(ana.server.url)
    light = ana.page.evaluate("getComputedStyle(document.body).backgroundColor")
    ana.page.get_by_label("Theme").select_option("Dark")
    ana.page.reload()
    expect(ana.page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert ana.page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_a_wrong_password_is_told_and_nothing_typed_is_lost(visit: Join, server: ChatServer) -> None:
    ana = visit("Ana")
    ana.page.goto(server.url)
    ana.page.get_by_role("textbox", name="E-mail").fill("nobody@example.org")
    ana.page.get_by_label("Password", exact=True).fill("not the password")
    ana.page.get_by_role("button", name="Sign in").click()
    expect(ana.page.get_by_role("alert")).to_contain_text("That does not match.")
    expect(ana.page.get_by_role("textbox", name="E-mail")).to_have_value("nobody@example.org")
