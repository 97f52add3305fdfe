"""What goes to a job and comes from it, one line of JSON each."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Task:
    """What a job is to do.

    Parameters
    ----------
    function
        ``module:name`` of a function ``(stages, **arguments)`` that returns plain values.
    arguments
        Plain values.
    """

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> bytes:
        """Write it as a line."""
        return _line({"function": self.function, "arguments": dict(self.arguments)})

    @classmethod
    def from_line(cls, line: bytes) -> "Task":
        """Read what `line` gave."""
        content = json.loads(line)
        return cls(content["function"], content["arguments"])


@dataclass(frozen=True)
class Progress:
    """How far a stage of the work is; `total` is 0 where nobody knows yet."""

    stage: str
    done: int
    total: int
    unit: str = ""


@dataclass(frozen=True)
class Finished:
    """The work is done; `result` holds plain values."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """The work could not be done; `sentence` says why."""

    sentence: str


@dataclass(frozen=True)
class Cancelled:
    """The work was stopped because that was asked for."""


Message = Progress | Finished | Failed | Cancelled
_KINDS: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Progress, Finished, Failed, Cancelled)
}


def write_message(message: Message) -> bytes:
    """Write a message as a line."""
    return _line({"kind": type(message).__name__, **asdict(message)})


def read_message(line: bytes) -> Message | None:
    """Read a line; None for one that is no message."""
    try:
        content = json.loads(line)
        return _KINDS[content.pop("kind")](**content)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _line(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
