"""The immutable mapping of events, beside a plain dictionary that is copied at each change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethoprism_domains.annotation.editing.layered import Layered

KEYS = st.sampled_from([f"e{number}" for number in range(12)])
CHANGES = st.lists(
    st.tuples(st.lists(KEYS, max_size=4), st.dictionaries(KEYS, st.integers(), max_size=4)),
    max_size=12,
)


def changed(twin: dict, removed: list, added: dict) -> dict:
    left = {key: value for key, value in twin.items() if key not in (*removed, *added)}
    return left | added


@settings(max_examples=200)
@given(
    start=st.dictionaries(KEYS, st.integers()), changes=CHANGES, looked=st.sets(st.integers(0, 11))
)
def test_it_is_what_a_dictionary_would_be_and_what_was_before_stays(start, changes, looked):
    mapping, twin = Layered(start), dict(start)
    past = [(mapping, twin)]
    for number, (removed, added) in enumerate(changes):
        mapping, twin = mapping.changed(removed, added), changed(twin, removed, added)
        if number in looked:
            assert list(mapping.items()) == list(twin.items())
        past.append((mapping, twin))
    for one, other in past:
        assert len(one) == len(other)
        assert all((key in one) == (key in other) for key in [f"e{n}" for n in range(12)])
        assert {key: one[key] for key in other} == other
        assert list(one) == list(other) and list(one.values()) == list(other.values())
        assert one == other and one == Layered(other)


def test_many_changes_of_a_large_one():
    mapping = Layered({str(number): number for number in range(5000)})
    for number in range(1000):
        mapping = mapping.changed([str(number)], {f"new {number}": number})
    assert len(mapping) == 5000 and list(mapping)[:2] == ["1000", "1001"]
    with pytest.raises(KeyError):
        mapping["999"]
