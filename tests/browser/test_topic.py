"""What a room is about: set by its admin, seen by everybody who has it open."""

from playwright.sync_api import expect

from tests.browser.conftest import Join, Person

TOPIC = "Tea \N{LEAF FLUTTERING IN WIND}, and what goes with it"


def set_topic(person: Person, topic: str) -> None:
    person.page.get_by_role("button", name="Room menu").click()
    person.page.get_by_role("menuitem", name="Set topic").click()
    dialog = person.page.get_by_role("dialog", name="Set topic")
    dialog.get_by_label("Topic").fill(topic)
    dialog.get_by_role("button", name="Set topic").click()
    expect(dialog).to_have_count(0)


def test_a_topic_stands_in_everybodys_header_and_a_new_one_in_its_place(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    # A name and a topic are what somebody else wrote: bounded by marks that a text search would have to hold.
    header = bo.page.get_by_title(TOPIC)
    set_topic(ana, TOPIC)
    expect(header).to_be_visible()
    expect(bo.page.get_by_text("Ana changed the topic to")).to_be_visible()
    bo.page.reload()
    expect(header).to_be_visible()
    set_topic(ana, "")
    expect(header).to_have_count(0)
    expect(bo.page.get_by_text("Ana removed the topic")).to_be_visible()
    bo.page.get_by_role("button", name="Room menu").click()
    expect(bo.page.get_by_role("menuitem", name="Leave room")).to_be_visible()
    expect(bo.page.get_by_role("menuitem", name="Set topic")).to_have_count(0)


def test_a_topic_that_is_too_long_is_said_to_be_so_before_it_is_sent(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.page.get_by_role("button", name="Room menu").click()
    ana.page.get_by_role("menuitem", name="Set topic").click()
    field = ana.page.get_by_role("dialog").get_by_label("Topic")
    field.fill("t" * 257)
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(ana.page.get_by_role("dialog")).to_be_visible()
