"""Values of a JSON or YAML file that must be what they should be."""

from pathlib import Path
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.values import MOST_FRAMES


def expect_mapping(value: object, path: Path, what: str) -> dict[str, Any]:
    """Give a mapping whose keys are text.

    Raises
    ------
    EthoprismError
        If it is none.
    """
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise _unexpected(path, f"{what}: expected a mapping, got {_shown(value)}")
    return value


def expect_list(value: object, path: Path, what: str) -> list[Any]:
    """Give a list.

    Raises
    ------
    EthoprismError
        If it is none.
    """
    if not isinstance(value, list):
        raise _unexpected(path, f"{what}: expected a list, got {_shown(value)}")
    return value


def expect_text(value: object, path: Path, what: str) -> str:
    """Give a text, or a whole number as text, without blanks around it.

    Raises
    ------
    EthoprismError
        If it is neither, or empty.
    """
    is_text = isinstance(value, str | int) and not isinstance(value, bool)
    if not is_text or not str(value).strip():
        raise _unexpected(path, f"{what}: expected a text, got {_shown(value)}")
    return str(value).strip()


def expect_frame(value: object, path: Path, what: str) -> int:
    """Give a frame number, or a number of frames.

    Raises
    ------
    EthoprismError
        If it is none from 0 to a hundred million.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_FRAMES:
        raise _unexpected(path, f"{what}: {_shown(value)} is no frame number")
    return value


def _unexpected(path: Path, what: str) -> EthoprismError:
    return EthoprismError(what, path, "export it again")


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return repr(value)[:40]
