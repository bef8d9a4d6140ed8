"""tools/run_tests.py: what is left out is named, or fails when it is required."""

from collections.abc import Iterator

import pytest

from tools import run_tests


def leave_out() -> None:
    """Needs what is not here."""
    raise run_tests.LeftOutError("pg", "no PostgreSQL server here")


def fail() -> None:
    """Fails."""
    run_tests.run("false")


@pytest.fixture(autouse=True)
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Two steps of our own and one that notes that it ran; nothing is required from outside."""
    monkeypatch.delenv("LIANSHU_REQUIRE", raising=False)
    notes: list[str] = []

    def note() -> None:
        """Notes that it ran."""
        notes.append("note")

    monkeypatch.setattr(run_tests, "STEPS", {"leave_out": leave_out, "fail": fail, "note": note})
    yield notes


def test_what_is_left_out_is_named_with_its_reason(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_tests.main(["leave_out", "note"]) == 0
    assert "LEFT OUT: leave_out: no PostgreSQL server here." in capsys.readouterr().out
    assert ran == ["note"]


def test_what_is_required_may_not_be_left_out(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIANSHU_REQUIRE", "pg,browser")
    assert run_tests.main(["leave_out", "note"]) == 1
    assert "FAILED: LIANSHU_REQUIRE asks for pg" in capsys.readouterr().out
    assert ran == []


def test_the_first_failure_ends_the_run(ran: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main(["fail", "note"]) == 1
    assert "FAILED: `false` ended with exit code 1." in capsys.readouterr().out
    assert ran == []


def test_an_unknown_step_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_tests.main(["nope"]) == 2
    assert "unknown step: nope" in capsys.readouterr().err


@pytest.mark.parametrize(("code", "ended"), [(0, 0), (1, 1)])
def test_what_runs_beside_the_others_is_shown_at_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int, ended: int
) -> None:
    monkeypatch.setitem(run_tests.STEPS, run_tests.BESIDE, fail)
    monkeypatch.setattr(run_tests, "THIS", ["sh", "-c", f"echo said beside; exit {code}"])
    assert run_tests.main(["note", run_tests.BESIDE, "leave_out"]) == ended
    out = capsys.readouterr().out
    assert out.index("== note:") < out.index("said beside")
    assert ("== leave_out:" in out) is (code == 0)


def test_a_failure_stops_what_runs_beside(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(run_tests.STEPS, run_tests.BESIDE, fail)
    monkeypatch.setattr(run_tests, "THIS", ["sleep", "60"])
    assert run_tests.main(["fail", run_tests.BESIDE]) == 1
    assert "`false` ended with exit code 1." in capsys.readouterr().out
