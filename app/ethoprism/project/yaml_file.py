"""``project.yaml``: read strictly, changed section by section so that what people wrote stays.

A section is a top-level key with all below it. A change rewrites that section's lines alone and is
then read back: if that gives anything but what was meant, the whole file is written anew, which
loses comments and nothing else.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ethoprism_core.errors import EthoprismError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times quicker where it is there
_KEY = re.compile(r"^[^\s#\-][^:]*:")


def read_yaml(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a file of YAML: its text, and the mapping that it is.

    Raises
    ------
    EthoprismError
        If it cannot be read or is no mapping; it names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = yaml.load(text, Loader=_Loader)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "check the path") from error
    except UnicodeDecodeError as error:
        raise EthoprismError("the file is not UTF-8 text", path, "save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or "not YAML"
        raise EthoprismError(f"cannot be read ({reason})", f"{path}{line}", "correct it") from error
    if not isinstance(content, dict):
        raise EthoprismError("no list of behaviors and videos", path, 'write "behaviors:" first')
    return text, content


def changed_yaml(text: str, content: Mapping[str, Any], changes: Mapping[str, Any]) -> str:
    """Give the text with some sections changed, or added at its end."""
    wanted = dict(content) | dict(changes)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for key, value in changes.items():
        lines = _with_section(lines, key, content.get(key), value)
    changed = "".join(lines)
    return changed if _same(changed, wanted) else dump_yaml(wanted)


def dump_yaml(content: Mapping[str, Any] | list[Any]) -> str:
    """Write YAML in the order given."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _with_section(lines: list[str], key: str, before: object, after: object) -> list[str]:
    start = next((n for n, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if start is None:
        return [*lines, dump_yaml({key: after})]
    following = range(start + 1, len(lines))
    stop = next((n for n in following if _KEY.match(lines[n])), len(lines))
    while (
        stop > start + 1
        and not lines[stop - 1].lstrip(" \t").rstrip("\n").strip(" #")
        and (stop < len(lines))
    ):
        stop -= 1
    while stop < len(lines) and stop > start + 1 and lines[stop - 1].startswith("#"):
        stop -= 1  # a remark above the next section belongs to that
    if isinstance(before, list) and isinstance(after, list) and after[: len(before)] == before:
        new = _items(lines[start:stop], after[len(before) :])
        return [*lines[:stop], *new, *lines[stop:]]
    return [*lines[:start], dump_yaml({key: after}), *lines[stop:]]


def _is_remark(line: str) -> bool:
    return line.startswith("#") or not line.strip()


def _items(section: list[str], new: list[Any]) -> list[str]:
    """Write the items that are new, indented as the others of their section."""
    first = next((line for line in section[1:] if line.lstrip().startswith("-")), "")
    indent = first[: len(first) - len(first.lstrip())]
    text = dump_yaml(new) if new else ""
    return [f"{indent}{line}" for line in text.splitlines(keepends=True)]


def _same(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return bool(yaml.load(text, Loader=_Loader) == wanted)
    except yaml.YAMLError:
        return False
