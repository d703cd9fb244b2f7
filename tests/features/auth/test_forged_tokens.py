"""Tokens that we did not sign, or not for this: none of them opens anything (RFC 8725)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any, Final

import httpx2
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chatroom.core.secrets import derive
from tests.cast import JWT_SECRET, Cast, Clock, Person
from tests.doors import Server

Claims = dict[str, Any]
Forge = Callable[[Claims], str]


def _part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


ACCESS_KEY: Final = derive(JWT_SECRET, "chatroom/access/1")


def _sign(header: object, claims: object, secret: str | bytes = ACCESS_KEY) -> str:
    """A token under any header and any payload, with an HMAC that is right for the secret."""
    text = f"{_part(header)}.{_part(claims)}"
    key = secret.encode() if isinstance(secret, str) else secret
    return f"{text}.{_part(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


HS256: Final = {"alg": "HS256", "typ": "JWT"}
_RSA: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_EC: Final = ec.generate_private_key(ec.SECP256R1())
_PUBLIC: Final = _RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def _with(**changes: Any) -> Forge:
    return lambda claims: _sign(HS256, {**claims, **changes})


def _without(name: str) -> Forge:
    return lambda claims: _sign(HS256, {key: value for key, value in claims.items() if key != name})


def _under(header: object) -> Forge:
    return lambda claims: _sign(header, claims)


def _twice(name: str, value: str) -> Forge:
    """The same claim twice in one payload: readers differ in which one counts."""

    def forge(claims: Claims) -> str:
        text = json.dumps(claims)
        return _sign(HS256, f'{text[:-1]}, "{name}": "{value}"}}'.encode())

    return forge


FORGED: Final[dict[str, Forge]] = {
    "no algorithm": lambda c: f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(c)}.",
    "no algorithm, capitals": lambda c: f"{_part({'alg': 'NoNe'})}.{_part(c)}.",
    "no algorithm, but a signature": _under({"alg": "none"}),
    "no algorithm named": _under({"typ": "JWT"}),
    "algorithm null": _under({"alg": None}),
    "algorithm a list": _under({"alg": ["HS256"]}),
    "algorithm in small letters": _under({"alg": "hs256"}),
    "HS512": lambda c: jwt.encode(c, ACCESS_KEY.ljust(64, b"x"), algorithm="HS512"),
    "HS384 with our secret": _under({"alg": "HS384"}),
    "RS256": lambda c: jwt.encode(c, _RSA, algorithm="RS256"),
    "ES256": lambda c: jwt.encode(c, _EC, algorithm="ES256"),
    "HS256 with a public key": lambda c: _sign(HS256, c, _PUBLIC.decode()),
    "RS256 over an HMAC": _under({"alg": "RS256"}),
    "another secret": lambda c: _sign(HS256, c, "another secret, thirty-two bytes long"),
    "an empty secret": lambda c: _sign(HS256, c, ""),
    "the secret in its header": lambda c: _sign(
        {"alg": "HS256", "jwk": {"kty": "oct", "k": _part(b"x")}}, c, "x"
    ),
    "a key by address": lambda c: _sign({"alg": "HS256", "jku": "http://example.org/k"}, c, "x"),
    "a key id that walks": lambda c: _sign({"alg": "HS256", "kid": "../../dev/null"}, c, ""),
    "a key id that is a number": _under({"alg": "HS256", "kid": 7}),
    "an unknown critical header": _under({"alg": "HS256", "crit": ["exp2"], "exp2": 1}),
    "a detached payload": _under({"alg": "HS256", "b64": False, "crit": ["b64"]}),
    "another audience": _with(aud="another"),
    "a list without our audience": _with(aud=["another", "third"]),
    "another issuer": _with(iss="another"),
    "type refresh": _with(typ="refresh"),
    "type refresh under its key": lambda c: _sign(
        HS256, {**c, "typ": "refresh", "gen": 0}, derive(JWT_SECRET, "chatroom/refresh/1")
    ),
    "an access token under the refresh key": lambda c: _sign(
        HS256, c, derive(JWT_SECRET, "chatroom/refresh/1")
    ),
    "an access token under the key of seed S0": lambda c: _sign(HS256, c, JWT_SECRET),
    "seed S0's type for a session that is not": lambda c: _sign(HS256, {**c, "typ": "s0"}, JWT_SECRET),
    "seed S0's type under the access key": _with(typ="s0"),
    "type a list": _with(typ=["access"]),
    "type null": _with(typ=None),
    "issued in the future": lambda c: _sign(HS256, {**c, "iat": c["iat"] + 3600}),
    "issued in words": _with(iat="now"),
    "expires in words": _with(exp="never"),
    "expires at infinity": lambda c: _sign(HS256, json.dumps({**c, "exp": 1e999}).encode()),
    "expires null": _with(exp=None),
    "somebody else": _with(sub="01900000-0000-7000-8000-000000000000"),
    "a person that is a number": _with(sub=7),
    "a person that is a list": _with(sub=["a"]),
    "another session": _with(sid="01900000-0000-7000-8000-000000000000"),
    "a session that is a list": _with(sid=["a"]),
    "a session that is SQL": _with(sid="' OR 1=1 --"),
    "a session with NUL": _with(sid="a\0b"),
    **{f"no {name}": _without(name) for name in ("exp", "iat", "sub", "sid", "jti", "typ", "iss", "aud")},
    "a payload that is a list": lambda c: _sign(HS256, [c]),
    "a payload that is a number": lambda _: _sign(HS256, 7),
    "a payload that is no JSON": lambda _: _sign(HS256, b"{"),
    "a payload without end": lambda _: _sign(HS256, b"[" * 60_000),
    "a header without end": lambda c: _sign(b"[" * 60_000, c),
    "a header that is a list": lambda c: _sign(["HS256"], c),
    "a header with a huge number": lambda c: _sign(b'{"alg":"HS256","x":' + b"9" * 5000 + b"}", c),
    "a header that is no UTF-8": lambda c: _sign(b'{"alg":"\xff\xfe"}', c),
    "no signature": lambda c: _sign(HS256, c).rsplit(".", 1)[0] + ".",
    "half a signature": lambda c: _sign(HS256, c)[:-20],
    "two parts": lambda c: _sign(HS256, c).rsplit(".", 1)[0],
    "four parts": lambda c: _sign(HS256, c) + ".e30",
    "dots": lambda _: "..",
    "not base64": lambda _: "a!b.c!d.e!f",
    "letters of another script": lambda _: "ж" * 20,
    "a hundred thousand characters": lambda _: "a" * 100_000,
    "a hundred thousand dots": lambda _: "." * 100_000,
}


def _claims(person: Person) -> Claims:
    claims: Claims = jwt.decode(person.token, options={"verify_signature": False})
    return claims


def _bearer(token: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", b"Bearer " + token.encode())]


async def test_no_forged_token_is_taken(cast: Cast, http: httpx2.AsyncClient) -> None:
    answers = {}
    for name, forge in FORGED.items():
        answer = await http.get("/api/users/me", headers=_bearer(forge(_claims(cast.ana))))
        answers[name] = (answer.status_code, answer.json()["code"])
    too_long = {name for name, (status, _) in answers.items() if status == 431}
    assert {name: answers[name] for name in FORGED if name not in too_long} == dict.fromkeys(
        FORGED.keys() - too_long, (401, "invalid_token")
    )
    assert all(len(FORGED[name](_claims(cast.ana))) > 16_000 for name in too_long)
    assert len(answers) >= 40


async def test_the_forger_of_these_tests_could_sign_if_it_knew_the_secret(
    cast: Cast, http: httpx2.AsyncClient
) -> None:
    good = _sign(HS256, _claims(cast.ana))
    answer = await http.get("/api/users/me", headers=_bearer(good))
    assert answer.json()["id"] == cast.ana.id


async def test_no_forged_token_opens_a_socket(cast: Cast, server: Server) -> None:
    for name in ("no algorithm", "another secret", "a header that is a list", "no exp", "dots"):
        assert (name, await server.refusal(FORGED[name](_claims(cast.ana)))) == (name, "invalid_token")


async def test_a_token_that_says_something_twice_is_refused(cast: Cast, http: httpx2.AsyncClient) -> None:
    claims = _claims(cast.ana)
    for name in ("sub", "sid", "typ"):
        answer = await http.get("/api/users/me", headers=_bearer(_twice(name, claims[name])(claims)))
        assert (name, answer.status_code) == (name, 401)


async def test_an_expired_token_says_so(cast: Cast, http: httpx2.AsyncClient, clock: Clock) -> None:
    clock.advance(24 * 3600 + 31)
    answer = await http.get("/api/users/me", headers=_bearer(cast.ana.token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


async def test_a_token_lives_until_it_expires(cast: Cast, http: httpx2.AsyncClient, clock: Clock) -> None:
    clock.advance(24 * 3600 - 1)
    answer = await http.get("/api/users/me", headers=_bearer(cast.ana.token))
    assert answer.status_code == 200
