"""Sets of frames as sorted half-open spans that neither touch nor overlap."""

from collections.abc import Iterable, Iterator

Span = tuple[int, int]
Spans = tuple[Span, ...]


def joined(spans: Iterable[Span]) -> Spans:
    """Join spans where they touch or overlap; leave out empty ones."""
    result: list[Span] = []
    for start, stop in sorted(span for span in spans if span[1] > span[0]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return tuple(result)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> Spans:
    """Take `holes` out of `spans`."""
    holes = joined(holes)
    return joined(piece for span in joined(spans) for piece in _pieces(span, holes))


def _pieces(span: Span, holes: Spans) -> Iterator[Span]:
    start, stop = span
    for first, last in holes:
        if last > start and first < stop:
            yield start, first
            start = last
    yield start, stop
