"""The build hook knows when the web client has to be built."""

from pathlib import Path

from hatch_build import fingerprint, stale


def _sources(root: Path) -> Path:
    web = root / "web"
    (web / "src").mkdir(parents=True)
    (web / "package.json").write_text("{}", encoding="ascii")
    (web / "src" / "main.tsx").write_text("main", encoding="ascii")
    return web


def _stamp(root: Path) -> None:
    static = root / "chatroom" / "static"
    static.mkdir(parents=True, exist_ok=True)
    (static / ".stamp").write_text(fingerprint(root / "web"), encoding="ascii")


def test_without_sources_there_is_nothing_to_build(tmp_path: Path) -> None:
    assert not stale(tmp_path)


def test_a_fresh_checkout_is_stale_until_it_was_built(tmp_path: Path) -> None:
    _sources(tmp_path)
    assert stale(tmp_path)
    _stamp(tmp_path)
    assert not stale(tmp_path)


def test_a_changed_or_moved_source_makes_the_bundle_stale(tmp_path: Path) -> None:
    web = _sources(tmp_path)
    _stamp(tmp_path)
    (web / "src" / "main.tsx").rename(web / "src" / "start.tsx")
    assert stale(tmp_path)
    _stamp(tmp_path)
    (web / "src" / "start.tsx").write_text("start", encoding="ascii")
    assert stale(tmp_path)


def test_tests_and_installed_packages_do_not_make_it_stale(tmp_path: Path) -> None:
    web = _sources(tmp_path)
    _stamp(tmp_path)
    for name in ("tests", "node_modules"):
        (web / name).mkdir()
        (web / name / "new.ts").write_text("new", encoding="ascii")
    assert not stale(tmp_path)
