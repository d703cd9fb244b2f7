"""Who is in a room: what happens there changes the list that is on the screen."""

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


def leave(person: Person) -> None:
    person.page.get_by_role("button", name="Room menu").click()
    person.page.get_by_role("menuitem", name="Leave room").click()
    person.page.get_by_role("dialog").get_by_role("button", name="Leave room").click()


def test_joining_leaving_and_a_new_name_change_the_list_without_a_request(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    expect(people(ana).filter(has=ana.page.get_by_text("Bo", exact=True))).to_have_count(1)
    for_ana, for_bo = watch(ana), watch(bo)
    ana.server.patch("/api/v1/users/me", bo.token(), name="Robert")
    for each in (ana, bo):
        expect(people(each).filter(has_text="Robert")).to_have_count(1)
    leave(bo)
    expect(people(ana)).to_have_count(1)
    expect(ana.page.get_by_text("Robert left")).to_be_visible()
    bo.join_public(room)
    expect(people(ana).filter(has_text="Robert").get_by_label("online")).to_be_visible()
    bo.say("Here again")
    ana.sees("Here again")
    assert for_ana == []
    assert len(for_bo) == 1  # the page that he joined on lists them


def test_strangers_who_join_together_are_named_by_one_request(join: Join, room: str) -> None:
    ana = join("Ana")
    room_id = ana.create_room(room)
    expect(people(ana)).to_have_count(1)
    for_ana = watch(ana)
    names = ("Bo", "Cy", "Di", "Ed")
    guests = [join(name) for name in names]
    for token in [guest.token() for guest in guests]:
        ana.server.post(f"/api/rooms/{room_id}/join", token)
    for name in names:
        expect(people(ana).filter(has=ana.page.get_by_text(name, exact=True))).to_have_count(1)
    assert 1 <= len(for_ana) < len(names)


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
