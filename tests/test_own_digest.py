"""When what mypy has cached is out of date because this package is another one."""

from __future__ import annotations

from pathlib import Path

from mypy_eqxstate.own_digest import own_digest


def _package(folder: Path) -> Path:
    package = folder / "checker"
    (package / "flow").mkdir(parents=True)
    (package / "language_server").mkdir()
    (package / "flow" / "body.py").write_text("rule = 1\n")
    (package / "language_server" / "server.py").write_text("port = 1\n")
    return package


def test_a_change_of_a_source_in_a_checkout_is_another_digest(tmp_path: Path) -> None:
    package = _package(tmp_path)
    before = own_digest(package, "1.0")
    assert own_digest(package, "1.0") == before
    (package / "flow" / "body.py").write_text("rule = 2\n")
    assert own_digest(package, "1.0") != before


def test_a_file_that_moves_is_another_digest(tmp_path: Path) -> None:
    package = _package(tmp_path)
    before = own_digest(package, "1.0")
    (package / "flow" / "body.py").rename(package / "flow" / "bodies.py")
    assert own_digest(package, "1.0") != before


def test_what_changes_no_finding_does_not_count(tmp_path: Path) -> None:
    package = _package(tmp_path)
    before = own_digest(package, "1.0")
    (package / "language_server" / "server.py").write_text("port = 2\n")
    assert own_digest(package, "1.0") == before


def test_of_an_installed_package_the_installers_record_counts(tmp_path: Path) -> None:
    package = _package(tmp_path)
    record = tmp_path / "checker-1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("checker/flow/body.py,sha256=a,9\n")
    before = own_digest(package, "1.0")
    record.write_text("checker/flow/body.py,sha256=b,9\n")
    assert own_digest(package, "1.0") != before


def test_the_record_of_another_version_does_not_count(tmp_path: Path) -> None:
    package = _package(tmp_path)
    before = own_digest(package, "2.0")
    record = tmp_path / "checker-1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("checker/flow/body.py,sha256=a,9\n")
    assert own_digest(package, "2.0") == before
