"""What happens to words, and to what is known of others, when the line or the server goes away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ChatServer, Join


@pytest.fixture(scope="module")
def short_of_patience(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    server = ChatServer(
        tmp_path_factory.mktemp("data"), MESSAGE_RATE_LIMIT="3", MESSAGE_RATE_WINDOW_MS="2000"
    )
    yield server
    server.stop()


@pytest.fixture
def server(short_of_patience: ChatServer) -> ChatServer:
    """A running server with a short message limit, which a test may kill."""
    short_of_patience.start()
    return short_of_patience


def test_what_is_sent_offline_goes_out_in_order_after_the_reconnect(join: Join, room: str) -> None:
    ana, bo = join("Ana"), join("Bo")
    ana.create_room(room)
    bo.join_public(room)
    ana.say("First")
    bo.sees("First")
    bo.page.context.set_offline(True)
    bo.page.evaluate("window.dispatchEvent(new Event('offline'))")
    bo.say("From the tunnel")
    bo.say("Still in it")
    bo.sees("From the tunnel")
    ana.say("Are you there")
    bo.page.context.set_offline(False)
    bo.sees_sent("From the tunnel")
    bo.sees_sent("Still in it")
    bo.sees("Are you there")
    ana.sees("Still in it")
    texts = ana.page.get_by_role("log").locator("article p").all_inner_texts()
    assert texts.index("From the tunnel") < texts.index("Still in it")


def test_a_killed_server_loses_nothing_and_the_gap_is_filled(
    join: Join, server: ChatServer, room: str
) -> None:
    ana, bo = join("Ana"), join("Bo")
    room_id = ana.create_room(room)
    bo.join_public(room)
    ana.say("Before")
    bo.sees("Before")
    server.stop()
    expect(ana.page.get_by_text("No connection.")).to_be_visible()
    ana.say("While it was away")
    server.start()
    server.post(f"/api/v1/rooms/{room_id}/messages", bo.token(), content="Written elsewhere")
    bo.sees("While it was away")
    ana.sees("Written elsewhere")
    ana.sees_sent("While it was away")
    expect(ana.page.get_by_text("No connection.")).to_have_count(0)
    texts = bo.page.get_by_role("log").locator("article p").all_inner_texts()
    assert texts.count("While it was away") == 1


def test_every_page_opens_while_the_server_is_away(join: Join, server: ChatServer) -> None:
    ana = join("Ana")
    expect(ana.page.get_by_role("link", name="Ana online")).to_be_visible()
    ana.page.wait_for_load_state("networkidle")
    server.stop()
    ana.page.get_by_role("link", name="Ana").click()
    expect(ana.page.get_by_role("heading", level=1, name="You")).to_be_visible()


def test_a_step_that_cannot_be_fetched_says_so_and_keeps_the_page(visit: Join, server: ChatServer) -> None:
    page = visit("Ana").page
    page.goto(server.url)
    page.get_by_role("textbox", name="E-mail").fill("ana@example.org")
    page.route("**/assets/Forgot*", lambda route: route.abort())
    page.get_by_role("button", name="Forgot your password?").click()
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    page.unroute("**/assets/Forgot*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value("ana@example.org")


def test_a_room_that_could_not_be_loaded_comes_back_by_itself(
    join: Join, server: ChatServer, room: str
) -> None:
    ana = join("Ana")
    ana.create_room(room)
    ana.say("Already here")
    ana.sees_sent("Already here")
    ana.page.route("**/messages*", lambda route: route.abort())
    ana.page.reload()
    expect(ana.page.get_by_text("The messages could not be loaded.")).to_be_visible()
    server.stop()
    expect(ana.page.get_by_text("No connection.")).to_be_visible()
    ana.page.unroute("**/messages*")
    server.start()
    ana.sees("Already here")


def test_unsent_words_survive_a_reload_while_the_server_is_away(
    join: Join, server: ChatServer, room: str
) -> None:
    ana = join("Ana")
    ana.create_room(room)
    server.stop()
    ana.say("Do not lose me")
    ana.sees("Do not lose me")
    server.start()
    ana.page.reload()
    ana.sees_sent("Do not lose me")


def test_a_message_over_the_rate_limit_waits_and_is_sent_by_itself(join: Join, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    said = [f"quick {number}" for number in range(1, 6)]
    for text in said:
        ana.say(text)
    expect(ana.page.get_by_text("messages wait")).to_be_visible()
    for text in said:
        ana.sees_sent(text)
    assert ana.page.get_by_role("log").locator("article p").all_inner_texts() == said


def test_presence_turns_grey_and_comes_back(join: Join, server: ChatServer, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    people = ana.page.get_by_role("complementary", name="People")
    expect(people.get_by_label("online")).to_be_visible()
    server.stop()
    expect(people.get_by_label("not known while offline")).to_be_visible(timeout=5_000)
    server.start()
    expect(people.get_by_label("online")).to_be_visible(timeout=30_000)


def test_lists_that_failed_come_back_by_themselves(join: Join, server: ChatServer, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    expect(ana.page.get_by_role("link", name="Ana online")).to_be_visible()
    ana.page.wait_for_load_state("networkidle")
    server.stop()
    main = ana.page.get_by_role("main")
    ana.page.get_by_role("link", name="Discover rooms").first.click()
    expect(main.get_by_role("alert")).to_contain_text("cannot be reached")
    server.start()
    expect(main.get_by_role("listitem").filter(has_text=room)).to_be_visible(timeout=30_000)
    expect(main.get_by_role("alert")).to_have_count(0)


def test_a_message_on_its_way_has_a_clock_beside_it(join: Join, server: ChatServer, room: str) -> None:
    ana = join("Ana")
    ana.create_room(room)
    server.stop()
    ana.say("On its way")
    expect(ana.page.get_by_role("log").get_by_role("img", name="Sending")).to_be_visible()
    server.start()
    ana.sees_sent("On its way")
    expect(ana.page.get_by_role("log").get_by_role("img", name="Sending")).to_have_count(0)
