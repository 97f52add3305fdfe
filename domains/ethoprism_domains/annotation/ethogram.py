"""The ethogram: which behaviours and subjects a study codes, checked and complete."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.behaviors import (
    Behavior,
    Subject,
    behavior_problems,
    name_is_clean,
)
from ethoprism_domains.annotation.defaults import fill_colors, fill_keys
from ethoprism_domains.annotation.mapping import behaviors_from, item_mapping, subjects_from


@dataclass(frozen=True)
class Ethogram:
    """The behaviours and subjects of a study.

    Colours and keys that are not given are filled in, and exclusions are made mutual.

    Raises
    ------
    EthoprismError
        If anything in it contradicts itself; it names each behaviour and what is wrong with it.
    """

    behaviors: tuple[Behavior, ...]
    subjects: tuple[Subject, ...] = ()

    def __post_init__(self) -> None:
        _refuse(_problems(self.behaviors, self.subjects), "ethogram")
        colors = fill_colors([behavior.color for behavior in self.behaviors])
        named = [(behavior.name, behavior.key) for behavior in self.behaviors]
        named += [(subject.name, subject.key) for subject in self.subjects]
        keys = iter(fill_keys(named))
        excludes = _mutual_exclusions(self.behaviors)
        behaviors = tuple(
            replace(behavior, color=color, key=next(keys), excludes=excludes[behavior.name])
            for behavior, color in zip(self.behaviors, colors, strict=True)
        )
        subjects = tuple(replace(subject, key=next(keys)) for subject in self.subjects)
        object.__setattr__(self, "behaviors", behaviors)
        object.__setattr__(self, "subjects", subjects)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], where: str = "ethogram") -> "Ethogram":
        """Build an ethogram from the form it has in ``project.yaml``.

        ``behaviors`` is a list whose items are names or mappings of `Behavior`'s fields,
        ``subjects`` the same for `Subject`, ``exclusive`` a list of groups of behaviours of which
        one holds at a time. Other keys of `mapping` are left to others.

        Raises
        ------
        EthoprismError
            Naming every behaviour that is wrong and why; its place is `where`.
        """
        problems: list[str] = []
        behaviors = behaviors_from(mapping, problems)
        subjects = subjects_from(mapping, problems)
        _refuse([*problems, *_problems(behaviors, subjects)], where)
        return cls(behaviors, subjects)

    def to_mapping(self) -> dict[str, Any]:
        """Give the form for ``project.yaml``; `from_mapping` turns it back into an equal one."""
        groups = self.exclusive_groups
        grouped = {name for group in groups for name in group}
        behaviors = [
            replace(behavior, excludes=()) if behavior.name in grouped else behavior
            for behavior in self.behaviors
        ]
        mapping: dict[str, Any] = {"behaviors": [item_mapping(item) for item in behaviors]}
        if groups:
            mapping["exclusive"] = [list(group) for group in groups]
        if self.subjects:
            mapping["subjects"] = [item_mapping(item) for item in self.subjects]
        return mapping

    @property
    def names(self) -> tuple[str, ...]:
        """The behaviours' names, in order."""
        return tuple(behavior.name for behavior in self.behaviors)

    @property
    def subject_names(self) -> tuple[str, ...]:
        """The subjects' names, in order."""
        return tuple(subject.name for subject in self.subjects)

    @property
    def exclusive_groups(self) -> tuple[tuple[str, ...], ...]:
        """The sets of behaviours of which at most one holds at a time.

        A group's members all exclude one another and exclude nothing else, so groups are disjoint.
        Exclusions that form no such set (A excludes B, B excludes C, A and C may meet) are in none.
        """
        neighbours = [frozenset({item.name, *item.excludes}) for item in self.behaviors]
        sizes = Counter(neighbours)
        groups = [members for members in sizes if 1 < len(members) == sizes[members]]
        return tuple(tuple(name for name in self.names if name in group) for group in groups)

    def __getitem__(self, name: str) -> Behavior:
        for behavior in self.behaviors:
            if behavior.name == name:
                return behavior
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[Behavior]:
        return iter(self.behaviors)

    def __len__(self) -> int:
        return len(self.behaviors)


def exclusive(behaviors: tuple[Behavior, ...]) -> tuple[Behavior, ...]:
    """Make all of `behaviors` exclude one another, as the classes of a single label do."""
    pairs = combinations([behavior.name for behavior in behaviors], 2)
    others: dict[str, list[str]] = {}
    for one, other in pairs:
        others.setdefault(one, []).append(other)
    return tuple(
        replace(behavior, excludes=tuple(others.get(behavior.name, ()))) for behavior in behaviors
    )


def _refuse(problems: list[str], where: str) -> None:
    if problems:
        raise EthoprismError("; ".join(problems), where, "correct it there")


def _problems(behaviors: tuple[Behavior, ...], subjects: tuple[Subject, ...]) -> list[str]:
    named = [
        *(("behaviour", behavior.name, behavior.key) for behavior in behaviors),
        *(("subject", subject.name, subject.key) for subject in subjects),
    ]
    return [*_name_problems(named), *_key_problems(named), *_behavior_problems(behaviors)]


def _mutual_exclusions(behaviors: tuple[Behavior, ...]) -> dict[str, tuple[str, ...]]:
    pairs = {frozenset({one.name, other}) for one in behaviors for other in one.excludes}
    return {
        one.name: tuple(
            other.name for other in behaviors if frozenset({one.name, other.name}) in pairs
        )
        for one in behaviors
    }


def _name_problems(named: list[tuple[str, str, str]]) -> Iterator[str]:
    for (kind, name), times in Counter((kind, name) for kind, name, _ in named).items():
        if not name_is_clean(name):
            yield f"{kind} {name!r}: a name is printable, with no blanks around it"
        if times > 1:
            yield f"{kind} {name!r}: it stands there {times} times"


def _key_problems(named: list[tuple[str, str, str]]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for kind, name, key in named:
        if key and key in owners:
            yield f"{kind} {name!r}: key {key!r} is already that of {owners[key]!r}"
        owners.setdefault(key, name)


def _behavior_problems(behaviors: tuple[Behavior, ...]) -> Iterator[str]:
    known = {behavior.name for behavior in behaviors}
    for behavior in behaviors:
        strangers = [name for name in behavior.excludes if name not in known]
        excluded = [f"it excludes {name!r}, which is no behaviour here" for name in strangers]
        for problem in (*behavior_problems(behavior), *excluded):
            yield f"behaviour {behavior.name!r}: {problem}"
