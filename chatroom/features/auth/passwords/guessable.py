"""Passwords that a guesser tries first, told by rule instead of by a list of thousands."""

import re
from typing import Final

# The words of this site, then the roots of the commonest passwords of eight characters and more.
_WORDS: Final = """
chat chatroom chatrooms lounge thechatroom password passwort passwd pass passw0rd pa55word contrasena
motdepasse senha welcome letmein login access admin administrator root master secret private changeme
default temp test testing tester user guest hello hallo iloveyou loveyou iloveu lovely loveme mylove
sweetheart babygirl babyboy princess princesa sunshine sunflower flower butterfly beautiful angel angels
rainbow shadow dragon monkey tigger tiger bunny chicken kitten puppy superman batman spiderman ironman
starwars startrek pokemon naruto matrix ninja warrior knight samurai killer hunter ranger soccer
football baseball basketball hockey softball volleyball liverpool arsenal chelsea barcelona realmadrid
manchester juventus yankees cowboys steelers lakers eagles packers redskins michael michelle jennifer
jessica jordan daniel danielle charlie thomas george robert anthony andrew alexander alexandra alexis
matthew joshua christian christine christina elizabeth samantha samsung stephanie victoria veronica
nicholas benjamin jonathan patrick william brandon charlotte caroline katherine catherine isabella
mercedes corvette mustang porsche ferrari harley yamaha computer internet google facebook instagram
youtube microsoft windows apple nintendo playstation minecraft fortnite metallica slipknot nirvana blink
trustno freedom whatever forever together jesuschrist jesus christ heaven godisgood blessed church
summer winter spring autumn january february march april june july august september october november
december monday friday sunday america american england london australia canada mexico brasil germany
deutschland france chocolate cookie cookies banana orange cherry pepper ginger coffee cheese pineapple
strawberry qwerty qwertz azerty asdf zxcv qazwsx abcd abcdef alphabet number one two three midnight
mountain snowball garfield hardcore butthead bigdaddy airborne elephant playboy dolphin dolphins
scorpion colorado brooklyn einstein darkness paradise snickers franklin westside cherokee spitfire
explorer platinum godzilla cocacola voyager trouble success stupid brother sister mother father family
friends diamond crystal thunder phoenix maverick wizard vampire pumpkin popcorn cricket swimming
swordfish stargate wolverine hercules infinity unicorn precious engineer marathon champion security
liberty classic patriots titanic business special country castle skyline valentine renegade rockstar
soldier picture sweetpea geronimo creative digital genesis eclipse fantasy scotland disney mistress
passport general bulldog bulldogs cardinal arizona virginia georgia carolina montana michigan florida
newyork chicago boston thailand holiday victory blizzard drummer fireball metallic goldfish icecream
birthday serenity ultimate network cristina mariana fernando antonio francisco eduardo gabriel gabriela
rodrigo ricardo roberto alejandro schatz fussball bonjour soleil azertyuiop doudou chouchou loulou
marseille teamo tequiero estrella corazon woaini aini nihao priyanka krishna ganesh bismillah allah
mohammed muhammad ahmed
"""
_ROOTS: Final = frozenset(_WORDS.split())
_ROWS: Final = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiopü",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)
_RUN: Final = 4  # characters next to each other on a keyboard or in an order that count as one
_DULL: Final = 3  # so many pieces, or different characters, are too few
_LEET: Final = str.maketrans("0134578@$!", "oieastbasi")
_AROUND: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_PARTS: Final = re.compile(r"[^\W\d_]+")


def is_guessable(password: str) -> bool:
    """Whether a password is one that guessers begin with.

    It is when letters for digits are undone and what stands around the letters is cut off and a word of the list is
    left, or when it consists of few different characters, of one piece again and again, or of runs.
    """
    text = password.casefold()
    if len(set(text)) <= _DULL or _repeats(text) or _is_runs(text):
        return True
    bare = _AROUND.sub("", text)
    undone = _AROUND.sub("", text.translate(_LEET))
    words = {bare, undone, _AROUND.sub("", bare.translate(_LEET)), *_halves(bare)}
    return not bare or bool(words & _ROOTS)


def _repeats(text: str) -> bool:
    """Whether a text is one piece of at most half its length, again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _is_runs(text: str) -> bool:
    """Whether nearly all of a text is runs along a row, forwards or backwards."""
    rest, at = 0, 0
    while at < len(text):
        size = max((_run(text[at:], row) for row in (*_ROWS, *(row[::-1] for row in _ROWS))), default=0)
        if size < _RUN:
            rest, size = rest + 1, 1
        at += size
    return rest < _DULL


def _run(text: str, row: str) -> int:
    """The length of the start of a text that stands in a row."""
    size = 0
    while size < len(text) and text[: size + 1] in row:
        size += 1
    return size


def _halves(bare: str) -> set[str]:
    """The words of a text, when all of them are the same one."""
    found = set(_PARTS.findall(bare))
    return found if len(found) == 1 else set()
