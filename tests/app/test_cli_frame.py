import re
import subprocess
import sys
import types

import pytest

from ethoprism import cli
from ethoprism_core.errors import EthoprismError

HEAVY = {"jax", "flax", "cv2", "av", "sklearn", "scipy", "xarray", "pandas", "matplotlib", "zarr"}


def imported_by(statement: str) -> set[str]:
    """The top-level packages in a fresh interpreter that has run `statement`."""
    script = f"import sys\n{statement}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch):
    """Stand a function in for what a verb runs."""

    def stand_in(function):
        module = types.SimpleNamespace(add_arguments=lambda parser: None, run=function)
        monkeypatch.setattr(cli, "_module", lambda name: module)

    return stand_in


def raising(error: BaseException):
    def run(_):
        raise error

    return run


def test_help_imports_nothing_heavy():
    help_statement = (
        "from ethoprism.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    )
    assert not imported_by(help_statement) & HEAVY


def test_the_facade_imports_nothing_until_asked():
    assert not imported_by("import ethoprism; dir(ethoprism)") & HEAVY


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    shown = capsys.readouterr().out
    assert all(re.search(rf"^    {name}\b", shown, re.MULTILINE) for name in cli.VERBS)


@pytest.mark.parametrize("argv", [[], ["dance"], ["--nonsense"]])
def test_a_wrong_command_line_is_one_line(argv: list[str], capsys: pytest.CaptureFixture[str]):
    assert cli.main(argv) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1 and "--help" in error


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (EthoprismError("no such video", "a b.mp4", "check the path"), 2, "a b.mp4, check the"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ValueError("seven\nlines"), 70, "unexpected ValueError (seven lines), add --debug"),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_code(error, code, words, verb, capsys):
    verb(raising(error))
    assert cli.main(["info"]) == code
    shown = capsys.readouterr().err
    assert words in shown and shown.count("\n") == 1


@pytest.mark.parametrize("argv", [["--debug", "info"], ["info", "--debug"]])
def test_debug_shows_where_wherever_it_stands(argv, verb, capsys):
    verb(raising(EthoprismError("no such video")))
    assert cli.main(argv) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_verbs_exit_code_is_the_programs(verb):
    verb(lambda _: 1)
    assert cli.main(["info"]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="pipes report a closed reader differently")
def test_a_reader_that_leaves_is_no_error():
    script = (
        "import sys, types; from ethoprism import cli\n"
        "run = lambda _: [print('line') for _ in range(100000)] and 0\n"
        "cli._module = lambda _: types.SimpleNamespace(add_arguments=lambda p: None, run=run)\n"
        "sys.exit(cli.main(['info']))"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout and writer.stderr
    writer.stdout.readline()
    writer.stdout.close()
    assert writer.wait(timeout=30) == cli.BROKEN_PIPE
    assert writer.stderr.read() == b""
    writer.stderr.close()


@pytest.mark.parametrize(
    "words",
    [
        ["a mouse", "--count", "5", "1.mp4", "2.mp4"],
        ["--count", "5", "a mouse", "1.mp4", "2.mp4"],
        ["a mouse", "1.mp4", "--count", "5", "2.mp4"],
        ["a mouse", "1.mp4", "2.mp4", "--count", "5"],
    ],
)
def test_options_stand_anywhere(words):
    found = cli.build_parser("search").parse_args(["search", *words])
    assert found.words_and_videos == ["a mouse", "1.mp4", "2.mp4"]
    assert found.count == 5
