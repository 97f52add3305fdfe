"""The command line: one verb, one module.

A verb's module is imported only when that verb is asked for, and its heavy packages only when it
runs, so that help is instant.
"""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from ethoprism import __version__
from ethoprism_core.errors import EthoprismError

# verb -> its help, which is also the first line of the module's docstring (a test compares)
VERBS = {
    "info": "Say what a video holds: frames, duration, codec, and what its header claims wrongly.",
    "embed": "Turn videos into features with a frozen encoder.",
    "train": "Train a probe from labels and say how well it does on videos it has not seen.",
    "evaluate": "Score a probe on videos, animals or sites that it has not seen.",
    "classify": "Find the bouts of behaviour in videos with a trained probe.",
    "search": "Find moments in videos by words, or by an example of what to look for.",
    "agreement": "Say how far coders of the same videos agree, people or models.",
    "budget": "Measure what animals did with their time: counts, durations, shares, transitions.",
    "neuro": "Put video on an experiment's clock, and measure recorded signals around behaviour.",
    "traps": "Say when and how often animals came by camera traps, and which clips are empty or of "
    "night.",
    "pretrain": "Train an encoder on videos: by captions, by masked distillation, or from a larger "
    "encoder.",
    "project": "Make a project, add videos, and see how far it is and whether all is well.",
    "dataset": "Check a data set of a field, export its labels, or score or train a probe on it.",
    "benchmark": "Score an encoder by the published protocol of a public set, beside the published "
    "scores.",
    "convert": "Convert a label file into another format, and tell what could not be carried.",
    "gui": "Open the window: code, classify and review in napari.",
    "simulate": "Make a simulated study: videos with exactly known behaviour.",
    "demo": "Run the whole path on a simulated study and write a page that shows what was found.",
}

OK, SOME_FAILED, USER_ERROR, UNEXPECTED, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 70, 130, 141


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as all of the program's are.

    Options may stand before, behind and between what is named, as in
    ``search "a mouse" --count 5 day1.mp4``.
    """

    _between = False

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        if self._subparsers is not None or self._between:
            return super().parse_known_args(args, namespace)
        self._between = True  # it is this very method that takes them apart, twice
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._between = False

    def error(self, message: str) -> NoReturn:
        raise EthoprismError(message, None, f"see {self.prog} --help")


def build_parser(verb: str | None = None) -> argparse.ArgumentParser:
    """Build the parser; only the arguments of `verb` are filled in, for only it is imported."""
    parser = _Parser(
        prog="ethoprism",
        description="Read animal behaviour from video.",
        epilog="ethoprism VERB --help tells what a verb takes.",
    )
    parser.add_argument("--version", action="version", version=f"ethoprism {__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in VERBS.items():
        verb_parser = verbs.add_parser(name, help=summary, description=summary)
        verb_parser.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
        if name == verb:
            _module(name).add_arguments(verb_parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 some files failed, 2 a user's mistake."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _never_fail_on_a_character()
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except EthoprismError as error:
        return _report(f"error: {error}", USER_ERROR, "--debug" in arguments)
    except KeyboardInterrupt:
        message = "interrupted: finished files are whole, the same command goes on from there"
        return _report(message, INTERRUPTED, "--debug" in arguments)
    except BrokenPipeError:
        # who read our output has left; keep the interpreter from flushing into the closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:
        reason = " ".join(str(error).split()) or "no message"
        message = f"error: unexpected {type(error).__name__} ({reason}), add --debug to see where"
        return _report(message, UNEXPECTED, "--debug" in arguments)


def _run(argv: list[str]) -> int:
    verb = next((word for word in argv if not word.startswith("-")), None)
    arguments = build_parser(verb).parse_args(argv)
    code: int = _module(arguments.verb).run(arguments)
    return code


def _module(verb: str):  # type: ignore[no-untyped-def]  # a verb's module has no type of its own
    return importlib.import_module(f"ethoprism.cli.{verb}")


def _report(message: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    sys.stderr.write(f"{message}\n")
    return code


def _never_fail_on_a_character() -> None:
    # a terminal of another alphabet shows "?" for a name that it cannot spell
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
