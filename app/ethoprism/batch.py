"""Many files, one after another: a file that fails is told and does not stop the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ethoprism_core.errors import EthoprismError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Failure:
    """A file that could not be worked on, and why."""

    path: Path
    error: Exception

    @property
    def reason(self) -> str:
        """One line: the error, or that nobody expected it."""
        if isinstance(self.error, EthoprismError):
            return str(self.error)
        words = " ".join(str(self.error).split()) or "no message"
        return f"unexpected {type(self.error).__name__} ({words}), {self.path}"


@dataclass(frozen=True)
class Batch(Generic[Result]):
    """What became of each file: its result, or its failure."""

    results: tuple[Result, ...]
    failures: tuple[Failure, ...]


def run_batch(
    paths: Iterable[Path],
    work: Callable[[Path], Result],
    on_failure: Callable[[Failure], None],
) -> Batch[Result]:
    """Do `work` on every path, going on after failures; `on_failure` is told of each at once."""
    results: list[Result] = []
    failures: list[Failure] = []
    for path in paths:
        try:
            results.append(work(path))
        except Exception as error:
            failures.append(Failure(path, error))
            on_failure(failures[-1])
    return Batch(tuple(results), tuple(failures))
