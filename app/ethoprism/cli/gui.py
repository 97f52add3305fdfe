"""Open the window: code, classify and review in napari."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

_GROUP = "ethoprism.window"
_INSTALL = 'install it with: pip install "ethoprism[gui]"'

# what the entry point `launch` of that group is: (paths, annotator) -> exit code
Launch = Callable[[Sequence[Path], str | None], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `gui` takes."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PROJECT|VIDEO",
        help="a project, or videos and folders of videos (default: choose in the window)",
    )
    parser.add_argument(
        "--annotator",
        metavar="NAME",
        help="who codes (default: the name in the settings, else your login name)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the window, and wait until it is closed."""
    from ethoprism_core.errors import EthoprismError

    for path in arguments.paths:
        if not path.exists():
            raise EthoprismError("no such file or folder", path, "check the path")
    _check_screen()
    return find_window()(arguments.paths, arguments.annotator)


def find_window() -> Launch:
    """Find what opens the window.

    Raises
    ------
    EthoprismError
        If the packages that it needs are not installed.
    """
    from importlib.metadata import entry_points

    from ethoprism_core.errors import EthoprismError

    for point in entry_points(group=_GROUP):
        try:
            launch: Launch = point.load()
        except ImportError as error:
            told = f"the window cannot be opened ({error})"
            raise EthoprismError(told, None, _INSTALL) from error
        return launch
    raise EthoprismError("the window is not installed", None, _INSTALL)


def _check_screen() -> None:
    from ethoprism_core.errors import EthoprismError

    known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in known):
        remedy = "log in with a screen, or connect with ssh -X"
        raise EthoprismError("there is no screen to open a window on", None, remedy)
