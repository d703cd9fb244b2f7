"""Who is in a room: what happens there changes the list that is on the screen, and nobody asks for it again."""

from urllib.parse import urlsplit

from playwright.sync_api import Locator, Request, expect

from tests.browser.conftest import Join, Person


def people(person: Person) -> Locator:
    return person.page.get_by_role("complementary", name="People").get_by_role("listitem")


def watch(person: Person) -> list[str]:
    """The lists of members that this person's page asks for from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path.endswith("/users"):
            asked.append(request.url)

    person.page.on("request", note)
    return asked


def test_joining_leaving_and_a_new_name_change_the_list_without_a_request(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    asked = watch(ana)
    ana.create_room(room)
    expect(people(ana)).to_have_count(1)
    assert len(asked) == 1
    for_bo = watch(bo)
    bo.join_public(room)
    expect(people(ana)).to_have_count(2)
    expect(people(ana).filter(has_text="bo").get_by_label("online")).to_be_visible()
    bo.say("Hello")
    expect(people(ana).filter(has_text="Bo")).to_have_count(1)
    ana.server.patch("/api/v1/users/me", bo.token(), name="Robert")
    expect(people(ana).filter(has_text="Robert")).to_have_count(1)
    expect(people(bo).filter(has_text="Robert")).to_have_count(1)
    bo.page.get_by_role("button", name="Room menu").click()
    bo.page.get_by_role("menuitem", name="Leave room").click()
    bo.page.get_by_role("dialog").get_by_role("button", name="Leave room").click()
    expect(people(ana)).to_have_count(1)
    assert len(asked) == 1
    assert len(for_bo) == 1


def test_members_who_could_not_be_loaded_are_asked_for_again(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.page.route("**/api/rooms/*/users*", lambda route: route.abort())
    ana.create_room(room)
    panel = ana.page.get_by_role("complementary", name="People")
    expect(panel.get_by_role("alert")).to_be_visible()
    ana.page.unroute("**/api/rooms/*/users*")
    panel.get_by_role("button", name="Try again").click()
    expect(people(ana)).to_have_count(1)
    expect(panel.get_by_role("alert")).to_have_count(0)
