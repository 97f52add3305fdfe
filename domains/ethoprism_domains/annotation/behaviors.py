"""What an ethogram is made of: behaviours with their modifiers, and subjects."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

BEHAVIOR_KINDS = ("state", "point")
MODIFIER_KINDS = ("single", "multiple", "numeric")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Modifier:
    """A detail that is coded with a behaviour.

    Parameters
    ----------
    name
        What it tells ("surface").
    kind
        ``single`` (one of `values`), ``multiple`` (any of `values`) or ``numeric`` (a number).
    values
        The choices; empty for a numeric modifier.
    """

    name: str
    kind: str = "single"
    values: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Behavior:
    """One behaviour of an ethogram.

    Parameters
    ----------
    name
        Unique in its ethogram.
    kind
        ``state`` (has a duration) or ``point`` (a moment).
    color
        ``#rrggbb``; an ethogram gives one to a behaviour that has none.
    key
        The key that codes it; an ethogram gives one to a behaviour that has none while keys last.
    excludes
        Behaviours that cannot hold at once with this one, for the same subject. Mutual: an
        ethogram completes the other side.
    per_subject
        Whether a subject does it, or it concerns the whole scene.
    """

    name: str
    kind: str = "state"
    description: str = ""
    category: str = ""
    color: str = ""
    key: str = ""
    modifiers: tuple[Modifier, ...] = ()
    excludes: tuple[str, ...] = ()
    per_subject: bool = True


@dataclass(frozen=True)
class Subject:
    """One of the individuals that are told apart."""

    name: str
    key: str = ""
    description: str = ""


def name_is_clean(name: str) -> bool:
    """Say whether a name is printable, not empty, and has no blanks around it."""
    return bool(name) and name == name.strip() and name.isprintable()


def behavior_problems(behavior: Behavior) -> Iterator[str]:
    """Tell what is wrong with one behaviour, by itself."""
    if behavior.kind not in BEHAVIOR_KINDS:
        yield f"kind {behavior.kind!r} is neither state nor point"
    if behavior.color and not _COLOR.fullmatch(behavior.color):
        yield f"colour {behavior.color!r} is not written #rrggbb"
    if behavior.name in behavior.excludes:
        yield "it excludes itself"
    counts = Counter(modifier.name for modifier in behavior.modifiers)
    for modifier in behavior.modifiers:
        if counts[modifier.name] > 1:
            yield f"modifier {modifier.name!r} stands there {counts[modifier.name]} times"
        for problem in _modifier_problems(modifier):
            yield f"modifier {modifier.name!r} {problem}"


def _modifier_problems(modifier: Modifier) -> Iterator[str]:
    if not name_is_clean(modifier.name):
        yield "has no proper name"
    if modifier.kind not in MODIFIER_KINDS:
        yield f"is of kind {modifier.kind!r}, which is none of {', '.join(MODIFIER_KINDS)}"
    elif modifier.kind == "numeric" and modifier.values:
        yield "is numeric, yet has values to choose from"
    elif modifier.kind != "numeric" and not modifier.values:
        yield "has no values to choose from"
    if len(set(modifier.values)) < len(modifier.values):
        yield "has a value twice"
