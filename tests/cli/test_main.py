"""The command line as a whole: the table of commands and what each ending becomes."""

import sys
from types import ModuleType

import pytest
import typer

from lianshu import cli
from lianshu.cli import COMMANDS, Command, load, main
from lianshu.cli.running import InputError
from lianshu.engine.sheets import SheetError


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(name in said and command.help in said for name, command in COMMANDS.items())


def test_every_command_of_the_table_exists() -> None:
    for command in COMMANDS.values():
        assert callable(load(f"{command.module}:{command.function}"))


def test_no_command_and_an_unknown_one_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["mach"]) == 2
    assert "“mach”" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("lianshu ")


def ending(monkeypatch: pytest.MonkeyPatch, error: BaseException | None) -> int:
    """The exit code of a command that ends with `error`."""
    module = ModuleType("lianshu_test_command")

    def end() -> None:
        """Ends."""
        if error is not None:
            raise error

    vars(module)["end"] = end
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(cli.COMMANDS, "end", Command(module.__name__, "end", ""))
    return main(["end"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (None, 0),
        (typer.Exit(1), 1),
        (SheetError("坏了。", file="a.csv", rule="S004"), 2),
        (InputError("a.csv：坏了。"), 2),
        (ValueError("a bug"), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_endings_become_exit_codes(
    error: BaseException | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ending(monkeypatch, error) == code


def test_an_internal_error_is_short_and_its_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ending(monkeypatch, ValueError("a bug"))
    said = capsys.readouterr().err
    assert "ValueError：a bug" in said
    assert "Traceback" not in said
    monkeypatch.setenv("LIANSHU_TRACEBACK", "1")
    ending(monkeypatch, ValueError("a bug"))
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ending(monkeypatch, BrokenPipeError(32, "Broken pipe")) == 0
