"""Run the function of one command: exceptions become an exit code and a sentence on stderr."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence

import typer

from lianshu.cli import DONE, INTERNAL, INTERRUPTED, UNUSABLE
from lianshu.engine.sheets import SheetError


class InputError(Exception):
    """The input or the arguments cannot be used; `str()` says what, where and what to do."""


def say(message: str) -> None:
    """A message for the person, never part of the result."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def _app() -> typer.Typer:
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def group(help: str) -> typer.Typer:
    """An empty group of commands, `lianshu NAME COMMAND …`, to be filled by its `command()`."""
    app = _app()

    def describe() -> None:
        """Keeps typer from taking a group of one command for that command."""

    app.callback(help=help)(describe)
    return app


def run(name: str, function: Callable[..., None], arguments: Sequence[str]) -> int:
    """Parse `arguments` for `function`, call it, return the exit code of the contract.

    `function` may be a `group` of commands; then the first argument chooses among them.
    """
    if isinstance(function, typer.Typer):
        app = function
    else:
        app = _app()
        app.command()(function)
    command = typer.main.get_command(app)
    try:
        code = command.main(args=list(arguments), prog_name=name, standalone_mode=False)
    except typer.TyperException as error:
        say(f"用法不对：{_message(error)}\n用 {name} --help 看参数。")
        return UNUSABLE
    except (SheetError, InputError) as error:
        say(str(error))
        return UNUSABLE
    except typer.Abort:
        return INTERRUPTED
    except SystemExit as ended:
        # typer ends the process with 1 when the reader of a pipe has left, which is no defect.
        return DONE if isinstance(ended.__context__, BrokenPipeError) else INTERNAL
    except Exception as error:
        return _internal(error)
    return code if isinstance(code, int) else DONE


def _message(error: typer.TyperException) -> str:
    describe = getattr(error, "format_message", None)
    return str(describe() if describe else error)


def _internal(error: Exception) -> int:
    if os.environ.get("LIANSHU_TRACEBACK"):
        traceback.print_exception(error)
    say(
        f"程序内部出错（{type(error).__name__}：{error}），没有写出结果。这不是输入的问题；"
        "请设环境变量 LIANSHU_TRACEBACK=1 再运行一次，把输出和命令一起报告给维护者。"
    )
    return INTERNAL
