"""Time, ids, secrets, cookies, audiences, the catalogue of refusals."""

import importlib
import pkgutil
import re
from typing import Any

import pytest

from chatroom import features
from chatroom.core import audience, clock, cookies, credentials, ids, secrets
from chatroom.core.errors import CATALOGUE, Problem
from chatroom.core.operation import Operation
from chatroom.core.origins import Origins, Page
from chatroom.core.principal import SYSTEM, require
from chatroom.features import add, check, limits, named, operations, permissions, problems
from chatroom.features.rooms.api import CREATOR, LIST


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (1_790_000_000_123, "2026-09-21T14:13:20.123Z"),
    ],
)
def test_an_instant_is_written_to_the_millisecond(at: int, text: str) -> None:
    assert clock.iso(at) == text


def test_the_wall_clock_counts_milliseconds_of_this_century() -> None:
    assert 1_700_000_000_000 < clock.system() < 4_000_000_000_000


def test_ids_are_canonical_distinct_and_grow() -> None:
    made = [ids.new() for _ in range(1000)]
    assert made == sorted(set(made))
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", i) for i in made
    )


def test_a_token_is_as_long_as_asked_for_and_url_safe() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ids.token())
    assert len({ids.token(12) for _ in range(1000)}) == 1000


def test_a_sealed_text_opens_where_it_was_sealed_and_nowhere_else() -> None:
    vault = secrets.Vault("one")
    sealed = vault.seal("invites:code:1", "ünïcode")
    assert sealed != vault.seal("invites:code:1", "ünïcode")
    assert vault.open("invites:code:1", sealed) == "ünïcode"
    for other, place, text in (
        (vault, "invites:code:2", sealed),
        (secrets.Vault("two"), "invites:code:1", sealed),
        (vault, "invites:code:1", "2" + sealed[1:]),
        (vault, "invites:code:1", sealed[:-8] + "AAAAAAA="),
        (vault, "invites:code:1", ""),
        (vault, "invites:code:1", "1."),
    ):
        with pytest.raises(ValueError):
            other.open(place, text)


def test_an_index_is_equal_only_for_equal_purpose_text_and_secret() -> None:
    vault = secrets.Vault("one")
    assert vault.index("email", "a") == vault.index("email", "a")
    others = {vault.index("invite", "a"), vault.index("email", "b"), secrets.Vault("two").index("email", "a")}
    assert vault.index("email", "a") not in others
    assert len(others) == 3


def test_a_token_is_stored_by_its_digest() -> None:
    assert secrets.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("accessToken=a.b.c", ["a.b.c"]),
        ("x=1; accessToken=abc; y=2", ["abc"]),
        ("x=1;accessToken = abc ;y=2", ["abc"]),
        ('accessToken="quoted"', ["quoted"]),
        ("", []),
        ("other=1", []),
        ("accessToken", []),
        ("accessToken=", []),
        ("accesstoken=x; AccessToken=y; accessToken2=z", []),
        (";;;=;", []),
        ("a\u0001=1; accessToken=x" * 3, ["xa\u0001=1", "x"]),
        ("foo[bar]=1; accessToken=abc", ["abc"]),
        ('a="x; y\\"; accessToken=abc; b="', ["abc"]),
        ("caf\u00e9=\u00fc; accessToken=abc; \u65e5=\u672c", ["abc"]),
        ("lone; =nameless; a b=c d; accessToken=abc", ["abc"]),
        ('json={"a":[1,2]}; accessToken=abc', ["abc"]),
        ("a=1, b=2; accessToken=abc", ["abc"]),
        ("accessToken=one; accessToken=two; accessToken=one", ["one", "two"]),
        ("accessToken=p; accessToken_3000=q; accessToken_3001=r", ["q", "p"]),
        ("; ".join(f"accessToken={n}" for n in range(9)), ["0", "1", "2", "3"]),
    ],
)
def test_no_cookie_of_a_stranger_hides_ours(header: str, values: list[str]) -> None:
    found = cookies.read_cookies(header, cookies.ACCESS, "3000")
    assert [value for _, value in found] == values


@pytest.mark.parametrize(
    ("site", "host", "port"),
    [
        ("", "chat.test", ""),
        ("", "chat.test:80", ""),
        ("", "chat.test:443", ""),
        ("", "chat.test:3001", "3001"),
        ("", "[::1]:3001", "3001"),
        ("", "[::1]", ""),
        ("", "", ""),
        ("", "chat.test:", ""),
        ("", "chat.test:3001; Path=/", ""),
        ("https://chat.test", "localhost:3000", ""),
        ("https://chat.test:8443/base", "localhost:3000", "8443"),
    ],
)
def test_cookies_are_told_apart_by_the_port_that_browsers_see(site: str, host: str, port: str) -> None:
    assert cookies.port_of(site, host) == port


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Basic dXNlcjpwYXNz", ""),
        ('Digest username="x", realm="y", nonce="Bearer z"', ""),
        ("Negotiate YII=", ""),
        ("abc", ""),
        ("Bearer", ""),
        ("", ""),
        ("Basic dXNlcjpwYXNz, Bearer abc", "abc"),
        ("Bearer abc, Bearer abc", "abc"),
    ],
)
def test_only_a_bearer_token_is_ours_in_an_authorization_header(header: str, token: str) -> None:
    assert credentials.bearer(header) == token


def test_two_different_bearer_tokens_are_none() -> None:
    with pytest.raises(Problem, match="not valid"):
        credentials.bearer("Bearer abc, Bearer xyz")


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"host": "chat.test", "origin": "http://chat.test"}, Page.OURS),
        ({"host": "chat.test:3000", "origin": "http://chat.test:3000"}, Page.OURS),
        ({"host": "chat.test", "origin": "http://listed.test"}, Page.OURS),
        ({"host": "chat.test", "sec-fetch-site": "same-origin"}, Page.OURS),
        ({"host": "chat.test", "sec-fetch-site": "none"}, Page.OURS),
        ({"host": "chat.test", "origin": "http://chat.test.evil.test"}, Page.FOREIGN),
        ({"host": "chat.test", "origin": "http://evil.test/chat.test"}, Page.FOREIGN),
        ({"host": "chat.test", "origin": "http://chat.test@evil.test"}, Page.FOREIGN),
        ({"host": "chat.test:3000", "origin": "http://chat.test:3001"}, Page.FOREIGN),
        ({"host": "chat.test", "origin": "http://[chat.test"}, Page.FOREIGN),
        ({"host": "chat.test", "origin": "http://listed.test.evil.test"}, Page.FOREIGN),
        ({"host": "chat.test", "origin": "null"}, Page.FOREIGN),
        ({"host": "chat.test", "origin": ""}, Page.FOREIGN),
        ({"host": "", "origin": "http://"}, Page.FOREIGN),
        ({"origin": "http://chat.test"}, Page.FOREIGN),
        ({"host": "chat.test", "origin": "http://evil.test", "sec-fetch-site": "same-origin"}, Page.FOREIGN),
        ({"host": "chat.test", "sec-fetch-site": "same-site"}, Page.FOREIGN),
        ({"host": "chat.test", "sec-fetch-site": "cross-site"}, Page.FOREIGN),
        ({"host": "chat.test"}, Page.NOBODYS),
    ],
)
def test_a_page_is_ours_foreign_or_nobodys(headers: dict[str, str], page: Page) -> None:
    for allowed in ({"http://listed.test"}, {"http://listed.test", "*"}):
        assert Origins(frozenset(allowed)).page(headers, secure=False) is page


def test_every_refusal_has_a_client_or_retry_status_and_a_sentence() -> None:
    for code, entry in CATALOGUE.items():
        assert entry.status in {400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 429, 431, 500, 503}, code
        assert entry.message, code
        assert not entry.retryable or entry.status in {429, 503}, code
    with pytest.raises(KeyError):
        Problem("never_heard_of")


def test_the_system_has_no_permission_that_is_for_people() -> None:
    with pytest.raises(Problem) as refused:
        require(SYSTEM, permissions["rooms.create"])
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    "wrong", [{"limit": "rooms.create"}, {"bucket": "rooms.create"}, {"refuses": ("no_such_code",)}]
)
def test_an_operation_that_names_what_nobody_declared_is_refused(wrong: dict[str, Any]) -> None:
    call = operations["rooms.create"].call
    with pytest.raises(KeyError, match=r"rooms\.burn"):
        check(Operation("rooms.burn", call, may=permissions["rooms.create"], **wrong))


def test_an_operation_for_somebody_in_a_room_names_the_room() -> None:
    with pytest.raises(TypeError, match=r"rooms\.burn"):
        check(Operation("rooms.burn", operations["rooms.create"].call, may=LIST, within=CREATOR))


def test_a_code_or_a_bucket_that_is_declared_twice_is_refused() -> None:
    for declared in (problems, limits):
        table = dict(declared)
        name, again = next(iter(table.items()))
        with pytest.raises(ValueError, match=name):
            add(table, {name: again})
        add(table, {"burned": again})
        assert table.keys() == {*declared, "burned"}


def test_a_slice_declares_by_words_that_are_collected() -> None:
    for slice_ in pkgutil.iter_modules(features.__path__):
        api = importlib.import_module(f"chatroom.features.{slice_.name}.api")
        said = {
            name for name, thing in vars(api).items() if isinstance(thing, list | dict) and name[0] != "_"
        }
        assert said <= set(features.WORDS)


def test_one_name_does_not_stand_for_two_operations() -> None:
    op = operations["rooms.create"]
    with pytest.raises(ValueError, match=r"rooms\.create"):
        named([op, Operation("rooms.create", op.call, may=op.may)])


def test_no_two_operations_share_an_address() -> None:
    addresses = [(on, op.method, op.path) for op in operations.values() if op.path for on in op.on]
    events = [op.socket for op in operations.values() if op.socket]
    assert len(set(addresses)) == len(addresses)
    assert len(set(events)) == len(events)


def test_an_audience_names_channels_and_leaves_one_person_out() -> None:
    assert audience.members("a", "b").channels == ("members:a", "members:b")
    assert audience.members().channels == ()
    assert audience.room("a").but("ana") == audience.Audience((audience.room_channel("a"),), "ana")
    assert audience.user("u") == audience.Audience(("user:u",))
    assert audience.connection("c") == audience.Audience(("connection:c",))
