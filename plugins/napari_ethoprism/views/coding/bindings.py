"""Which key codes what: the ethogram's keys as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ethoprism_domains.annotation import Ethogram
from napari_ethoprism.keys import COMMANDS, Command, command

JUDGEMENTS = ("present", "unsure", "absent")


@dataclass(frozen=True)
class Binding:
    """What a key is for: a ``behavior``, ``subject`` or ``judgement``, and its name."""

    kind: str
    name: str


@dataclass(frozen=True)
class Bindings:
    """The keys of an ethogram.

    Parameters
    ----------
    by_key
        What each key is for.
    taken
        Keys that commands of the window have, and so cannot code: key -> the command.
    """

    by_key: Mapping[str, Binding] = field(default_factory=dict)
    taken: Mapping[str, Command] = field(default_factory=dict)

    @classmethod
    def of(cls, ethogram: Ethogram) -> "Bindings":
        """Make the table of an ethogram's keys and those that are the same for all."""
        commands = command_keys()
        named = dict(_named(ethogram))
        free = {key: binding for key, binding in named.items() if key not in commands}
        return cls(free | dict(_fixed()), {key: commands[key] for key in named if key in commands})


def command_keys() -> dict[str, Command]:
    """Give the keys of commands, as an ethogram would write them."""
    keys = {}
    for item in COMMANDS:
        for sequence in item.keys:
            keys[" " if sequence == "Space" else sequence] = item
    return keys


def key_shown(key: str) -> str:
    """Write a key so that it can be read."""
    return {"": "–", " ": "Space"}.get(key, key)


def _fixed() -> Iterator[tuple[str, Binding]]:
    for judgement in JUDGEMENTS:
        yield command(judgement).keys[0], Binding("judgement", judgement)
    yield command("whole scene").keys[0], Binding("subject", "")


def _named(ethogram: Ethogram) -> Iterator[tuple[str, Binding]]:
    for behavior in ethogram:
        if behavior.key:
            yield behavior.key, Binding("behavior", behavior.name)
    for subject in ethogram.subjects:
        if subject.key:
            yield subject.key, Binding("subject", subject.name)
