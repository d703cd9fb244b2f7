"""Writes chatroom/core/unicode/*.txt: look-alikes (UTS 39) and what newer versions of Unicode assigned.

    python -m pip install --target /tmp/regex regex; PYTHONPATH=/tmp/regex python tools/unicode_tables.py

It needs ICU (Debian's libicu), whose spoof checker holds Unicode's confusables.txt, and the package `regex`, whose
tables are of a newer Unicode than Python's. The server needs neither: `regex` alone would cost its start 75 ms.
"""

import ctypes
import ctypes.util
import sys
import unicodedata
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "chatroom/core/unicode"
_SURROGATES: Final = range(0xD800, 0xE000)
_ROOM: Final = 400  # bytes of the longest skeleton of one character
_NOTICE: Final = (
    "# Made by tools/unicode_tables.py from data of Unicode, Inc.; see LICENSE beside this file.\n"
)


def _icu() -> tuple[ctypes.CDLL, str]:
    """The library and the suffix of its functions."""
    name = ctypes.util.find_library("icui18n")
    if name is None:
        sys.exit("not run: no ICU here")
    return ctypes.CDLL(name), "_" + name.rpartition(".")[2]


def skeletons() -> dict[int, str]:
    """Character -> its skeleton, where that is another text."""
    library, suffix = _icu()
    status = ctypes.c_int(0)
    opening: Any = getattr(library, "uspoof_open" + suffix)
    opening.restype = ctypes.c_void_p
    checker = ctypes.c_void_p(opening(ctypes.byref(status)))
    skeleton: Any = getattr(library, "uspoof_getSkeletonUTF8" + suffix)
    found = {}
    for point in range(sys.maxunicode + 1):
        if point in _SURROGATES:
            continue
        raw, out, status = chr(point).encode(), ctypes.create_string_buffer(_ROOM), ctypes.c_int(0)
        length = skeleton(checker, 0, raw, len(raw), out, _ROOM, ctypes.byref(status))
        text = out.raw[:length].decode()
        if unicodedata.normalize("NFD", chr(point)) != chr(point):
            continue  # the text is decomposed before it is looked at
        if status.value <= 0 and text != chr(point):
            found[point] = text
    return found


def newer_nothing() -> list[range]:
    """Marks and format characters that Unicode 14, which Python 3.11 knows, had not assigned yet."""
    import regex  # noqa: PLC0415 - needed here alone

    is_nothing = regex.compile(r"[\p{M}\p{Cf}\p{Zs}]")
    ranges: list[range] = []
    for point in range(sys.maxunicode + 1):
        if (
            point in _SURROGATES
            or unicodedata.category(chr(point)) != "Cn"
            or not is_nothing.match(chr(point))
        ):
            continue
        if ranges and ranges[-1].stop == point:
            ranges[-1] = range(ranges[-1].start, point + 1)
        else:
            ranges.append(range(point, point + 1))
    return ranges


def main() -> None:
    """Write both tables."""
    FOLDER.mkdir(exist_ok=True)
    lines = [f"{point:X} {' '.join(f'{ord(c):X}' for c in text)}" for point, text in skeletons().items()]
    (FOLDER / "confusables.txt").write_text(_NOTICE + "\n".join(lines) + "\n")
    newer = [f"{each.start:X} {each.stop - 1:X}" for each in newer_nothing()]
    (FOLDER / "newer.txt").write_text(_NOTICE + "\n".join(newer) + "\n")
    print(f"{len(lines)} look-alikes, {len(newer)} ranges of newer marks and format characters")


if __name__ == "__main__":
    main()
