"""An immutable mapping whose changed copies share what did not change.

A large base is kept as it is, and what differs from it in a small dictionary above it: an edit
costs the copy of the small one. Whoever looks at everything has the two put together once.
"""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Generic, TypeVar

Value = TypeVar("Value")

_MOST_ABOVE = 256  # beyond it the two are put together, so that copies stay cheap


class Layered(Mapping[str, Value], Generic[Value]):
    """A mapping that is changed by making another one.

    Parameters
    ----------
    content
        What it holds; not to be changed afterwards.
    """

    __slots__ = ("_count", "_parts")

    def __init__(self, content: Mapping[str, Value]) -> None:
        # above, None stands for what is in the base and no more; one tuple, so that a thread that
        # puts both together is never seen half way
        self._parts: tuple[dict[str, Value], dict[str, Value | None]] = (dict(content), {})
        self._count = len(content)

    def changed(self, removed: Iterable[str], added: Mapping[str, Value]) -> "Layered[Value]":
        """Give a mapping without the keys `removed`, and with those of `added` at its end."""
        base, above = self._parts
        above = dict(above)
        keys = dict.fromkeys((*removed, *added))
        for key in keys:
            above.pop(key, None)
            if key in base:
                above[key] = None
        for key, value in added.items():
            above.pop(key, None)
            above[key] = value
        changed: Layered[Value] = Layered({})
        changed._parts = (base, above)
        changed._count = self._count - sum(key in self for key in keys) + len(added)
        if len(above) > _MOST_ABOVE:
            changed._whole()
        return changed

    def __getitem__(self, key: str) -> Value:
        base, above = self._parts
        if key not in above:
            return base[key]
        value = above[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        theirs = other._whole() if isinstance(other, Layered) else other
        return self._whole() == theirs

    __hash__ = None  # type: ignore[assignment]  # equality is by content, which is large

    def __repr__(self) -> str:
        return repr(self._whole())

    def keys(self) -> KeysView[str]:
        """Give the keys, in the order in which they were added."""
        return self._whole().keys()

    def values(self) -> ValuesView[Value]:
        """Give the values, in the order in which they were added."""
        return self._whole().values()

    def items(self) -> ItemsView[str, Value]:
        """Give the pairs, in the order in which they were added."""
        return self._whole().items()

    def _whole(self) -> dict[str, Value]:
        """Put both parts together, once."""
        base, above = self._parts
        if above:
            base = {key: value for key, value in base.items() if key not in above}
            base |= {key: value for key, value in above.items() if value is not None}
            self._parts = (base, {})
        return base
