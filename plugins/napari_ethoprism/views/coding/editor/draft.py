"""An ethogram while it is edited: it may be wrong for a while, and knows what was called how."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from ethoprism_domains.annotation import Behavior, Ethogram, Modifier, Subject
from napari_ethoprism.views.coding.bindings import command_keys

T = TypeVar("T", Behavior, Subject)


@dataclass(frozen=True)
class Entry:
    """A behaviour that is edited.

    Parameters
    ----------
    number
        Tells it from others, whatever they are called meanwhile.
    origin
        What it is called in the ethogram that is edited; empty for a new one.
    """

    number: int
    behavior: Behavior
    origin: str = ""


@dataclass(frozen=True)
class Draft:
    """Behaviours and subjects as they are being edited.

    Parameters
    ----------
    exclusions
        Pairs of numbers of behaviours that cannot hold at once; what the behaviours themselves
        say of it does not count.
    """

    entries: tuple[Entry, ...] = ()
    subjects: tuple[Subject, ...] = ()
    exclusions: frozenset[frozenset[int]] = frozenset()

    @classmethod
    def of(cls, ethogram: Ethogram) -> "Draft":
        """Begin to edit an ethogram."""
        entries = tuple(Entry(at, item, item.name) for at, item in enumerate(ethogram))
        return cls(entries, ethogram.subjects, _pairs(entries))

    @property
    def behaviors(self) -> tuple[Behavior, ...]:
        """The behaviours, in order."""
        return tuple(entry.behavior for entry in self.entries)

    def with_behavior(self, at: int, behavior: Behavior) -> "Draft":
        """Change one behaviour."""
        entry = replace(self.entries[at], behavior=behavior)
        return replace(self, entries=(*self.entries[:at], entry, *self.entries[at + 1 :]))

    def added(self, behavior: Behavior) -> "Draft":
        """Add a behaviour at the end."""
        return replace(self, entries=(*self.entries, Entry(self._free_number(), behavior)))

    def without(self, at: int) -> "Draft":
        """Take a behaviour out."""
        gone = self.entries[at].number
        left = frozenset(pair for pair in self.exclusions if gone not in pair)
        return replace(self, entries=(*self.entries[:at], *self.entries[at + 1 :]), exclusions=left)

    def moved(self, at: int, by: int) -> "Draft":
        """Move a behaviour up or down the list."""
        if not 0 <= at + by < len(self.entries):
            return self
        entries = list(self.entries)
        entries.insert(at + by, entries.pop(at))
        return replace(self, entries=tuple(entries))

    def excludes(self, one: int, other: int) -> bool:
        """Say whether two behaviours, by their places, cannot hold at once."""
        return self._pair(one, other) in self.exclusions

    def excluding(self, one: int, other: int, is_excluded: bool) -> "Draft":
        """Make two behaviours exclude each other, or let them hold at once."""
        if one == other:
            return self
        pair = {self._pair(one, other)}
        changed = self.exclusions | pair if is_excluded else self.exclusions - pair
        return replace(self, exclusions=changed)

    def joined(self, ethogram: Ethogram) -> "Draft":
        """Add what another ethogram has and this one lacks; keys that are taken are left out."""
        taken = {item.key for item in self.behaviors} | {item.key for item in self.subjects}
        taken |= set(command_keys())
        names = {item.name for item in self.behaviors}
        people = {item.name for item in self.subjects}
        first, fresh = self._free_number(), list[Entry]()
        for item in ethogram:
            if item.name not in names:
                fresh.append(Entry(first + len(fresh), _with_free_key(item, taken)))
        who = [item for item in ethogram.subjects if item.name not in people]
        who = [_with_free_key(item, taken) for item in who]
        entries = (*self.entries, *fresh)
        exclusions = self.exclusions | _pairs(tuple(fresh))
        return Draft(entries, (*self.subjects, *who), exclusions)

    def renames(self) -> dict[str, str]:
        """Give the behaviours that are called otherwise now: old name -> new name."""
        named = ((entry.origin, entry.behavior.name) for entry in self.entries)
        return {old: new for old, new in named if old and old != new}

    def removed(self, before: Ethogram) -> list[str]:
        """Name the behaviours of an ethogram that are there no more."""
        origins = {entry.origin for entry in self.entries}
        return [name for name in before.names if name not in origins]

    def ethogram(self) -> Ethogram:
        """Make the ethogram.

        Raises
        ------
        EthoprismError
            If something is wrong with it; `find_problems` tells it better.
        """
        names = {entry.number: entry.behavior.name for entry in self.entries}
        excluded: dict[int, list[str]] = {number: [] for number in names}
        for one, other in map(sorted, self.exclusions):
            excluded[one].append(names[other])
        behaviors = tuple(
            replace(entry.behavior, excludes=tuple(excluded[entry.number]))
            for entry in self.entries
        )
        return Ethogram(behaviors, self.subjects)

    def _pair(self, one: int, other: int) -> frozenset[int]:
        return frozenset({self.entries[one].number, self.entries[other].number})

    def _free_number(self) -> int:
        return max((entry.number for entry in self.entries), default=-1) + 1


def new_name(taken: set[str], stem: str) -> str:
    """Give a name that nobody has yet."""
    number = 1
    while (name := f"{stem} {number}") in taken:
        number += 1
    return name


def modifier_rows(modifiers: tuple[Modifier, ...]) -> list[tuple[str, str, str]]:
    """Give modifiers as rows of text: name, kind, values parted by commas."""
    return [(item.name, item.kind, ", ".join(item.values)) for item in modifiers]


def modifiers_from(rows: Iterator[tuple[str, str, str]]) -> tuple[Modifier, ...]:
    """Make modifiers of rows of text; empty rows are left out."""
    made = []
    for name, kind, told in rows:
        values = () if kind == "numeric" else tuple(_parts(told))
        if name.strip() or values:
            made.append(Modifier(name.strip(), kind, values))
    return tuple(made)


def _parts(told: str) -> Iterator[str]:
    for part in told.split(","):
        if part.strip():
            yield part.strip()


def _pairs(entries: tuple[Entry, ...]) -> frozenset[frozenset[int]]:
    numbers = {entry.behavior.name: entry.number for entry in entries}
    return frozenset(
        frozenset({entry.number, numbers[name]})
        for entry in entries
        for name in entry.behavior.excludes
        if name in numbers
    )


def _with_free_key(item: T, taken: set[str]) -> T:
    """Take away a key that is taken, else take it."""
    if item.key in taken:
        return replace(item, key="")
    taken.add(item.key)
    return item
