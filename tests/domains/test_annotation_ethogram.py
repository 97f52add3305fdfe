import colorsys
import string
from itertools import combinations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, Modifier, Subject, exclusive

names = st.text(string.ascii_letters + "éß _-'\"/:#", min_size=1, max_size=8).map(str.strip)


MODIFIERS = [
    (),
    (Modifier("with", "multiple", ("A", "B")), Modifier("height", "numeric")),
    (Modifier("on", values=("wall", "floor"), description="where"),),
]
distinct = st.lists(names.filter(bool), unique=True, max_size=7)


@st.composite
def fields(draw) -> list[dict[str, object]]:
    called = draw(distinct)
    return [
        {
            "name": name,
            "kind": draw(st.sampled_from(["state", "point"])),
            "description": draw(st.text("aé \n:-#", max_size=5)),
            "category": draw(st.sampled_from(["", "social"])),
            "modifiers": draw(st.sampled_from(MODIFIERS)),
            "excludes": tuple(draw(st.sets(st.sampled_from(called))) - {name}),
            "per_subject": draw(st.booleans()),
        }
        for name in called
    ]


def build(fields, subjects=()) -> Ethogram:
    return Ethogram(tuple(Behavior(**item) for item in fields), tuple(map(Subject, subjects)))


@given(fields(), distinct)
def test_an_ethogram_comes_back_from_yaml(fields, subjects):
    ethogram = build(fields, subjects)
    text = yaml.safe_dump(ethogram.to_mapping(), allow_unicode=True)
    assert Ethogram.from_mapping(yaml.safe_load(text)) == ethogram


@given(fields())
def test_exclusions_are_mutual_and_groups_disjoint_and_whole(fields):
    ethogram = build(fields)
    pairs = {(one.name, other) for one in ethogram for other in one.excludes}
    assert pairs == {(other, one) for one, other in pairs}
    members = [name for group in ethogram.exclusive_groups for name in group]
    assert len(members) == len(set(members))
    for group in ethogram.exclusive_groups:
        assert len(group) > 1
        for one in group:
            assert {other for first, other in pairs if first == one} == set(group) - {one}


def test_the_short_form_is_enough():
    ethogram = Ethogram.from_mapping(
        {
            "behaviors": ["walk", "rest", {"name": "peck", "kind": "point", "color": "#AA0000"}, 7],
            "exclusive": [["walk", "rest", 7]],
            "subjects": ["A", {"name": "B", "key": "1"}],
            "domain": "somebody else's",
        }
    )
    assert ethogram.names == ("walk", "rest", "peck", "7")
    assert ethogram.subject_names == ("A", "B")
    assert ethogram.exclusive_groups == (("walk", "rest", "7"),)
    assert ethogram["peck"].kind == "point" and ethogram["peck"].color == "#aa0000"
    assert [item.key for item in ethogram] == ["w", "r", "p", "7"]
    assert ethogram.subjects[0].key == "a" and ethogram.subjects[1].key == "1"
    assert "rest" in ethogram and "run" not in ethogram
    with pytest.raises(KeyError):
        ethogram["run"]


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({}, "no list of behaviors"),
        ({"behaviors": "walk"}, "expected a list, got 'walk'"),
        ({"behaviors": ["walk", "walk"]}, "behaviour 'walk': it stands there 2 times"),
        ({"behaviors": [{"kind": "state"}]}, "behaviour 1: it has no name"),
        ({"behaviors": [" walk"]}, "behaviour ' walk': a name is printable"),
        ({"behaviors": [{"name": "walk", "kind": "sate"}]}, "'walk': kind 'sate' is neither"),
        ({"behaviors": [{"name": "walk", "color": "red"}]}, "'walk': colour 'red' is not written"),
        ({"behaviors": [{"name": "walk", "colour": "x"}]}, "'colour', did you mean 'color'"),
        ({"behaviors": [{"name": "walk", "key": True}]}, "'walk': key is text, not True"),
        ({"behaviors": [{"name": "walk", "per_subject": "no"}]}, "true or false, not 'no'"),
        ({"behaviors": [{"name": "walk", "excludes": "rest"}]}, "excludes is a list, not 'rest'"),
        ({"behaviors": [{"name": "walk", "excludes": ["run"]}]}, "'walk': it excludes 'run'"),
        ({"behaviors": [{"name": "walk", "excludes": ["walk"]}]}, "it excludes itself"),
        ({"behaviors": ["walk"], "exclusive": [["walk", "run"]]}, "'run' is no behaviour here"),
        ({"behaviors": ["walk"], "exclusive": ["walk"]}, "expected a list of lists"),
        (
            {"behaviors": [{"name": "walk", "key": "w"}, {"name": "wash", "key": "w"}]},
            "behaviour 'wash': key 'w' is already that of 'walk'",
        ),
        (
            {"behaviors": [{"name": "walk", "key": "w"}], "subjects": [{"name": "W", "key": "w"}]},
            "subject 'W': key 'w' is already that of 'walk'",
        ),
        (
            {"behaviors": [{"name": "walk", "modifiers": [{"name": "on"}]}]},
            "'walk': modifier 'on' has no values",
        ),
        (
            {
                "behaviors": [
                    {"name": "w", "modifiers": [{"name": "n", "kind": "numeric", "values": ["1"]}]}
                ]
            },
            "modifier 'n' is numeric, yet has values",
        ),
        (
            {"behaviors": [{"name": "w", "modifiers": [{"name": "n", "kind": "text"}]}]},
            "modifier 'n' is of kind 'text'",
        ),
        (
            {"behaviors": [{"name": "w", "modifiers": [{"name": "n", "values": ["a", "a"]}]}]},
            "modifier 'n' has a value twice",
        ),
        (
            {"behaviors": [{"name": "w", "modifiers": [{"name": "n", "value": ["a"]}]}]},
            "behaviour 'w': modifier 'n': unknown field 'value', did you mean 'values'",
        ),
    ],
)
def test_a_mistake_names_the_behaviour_and_what_is_wrong(mapping, told):
    with pytest.raises(EthoprismError) as caught:
        Ethogram.from_mapping(mapping, where="project.yaml")
    assert told in str(caught.value)
    assert "project.yaml" in str(caught.value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(EthoprismError) as caught:
        Ethogram.from_mapping(
            {
                "behaviors": ["a", "a", {"name": "b", "kind": "x", "colour": "y"}],
                "subjects": ["", 1],
            }
        )
    for told in ("'a': it stands", "'b': kind 'x'", "'b': unknown field", "subject ''"):
        assert told in str(caught.value)


def test_default_colours_differ_and_stay_clear_of_given_ones():
    given_color = Ethogram((Behavior("first"),))["first"].color
    ethogram = Ethogram(
        tuple(Behavior(f"b{n}", color=given_color if n == 5 else "") for n in range(60))
    )
    colors = [behavior.color for behavior in ethogram]
    assert len(set(colors)) == 60

    def distance(one: str, other: str) -> float:
        return sum((int(one[n : n + 2], 16) - int(other[n : n + 2], 16)) ** 2 for n in (1, 3, 5))

    first = colors[:5]
    assert min(distance(one, other) for one, other in combinations(first, 2)) > 60**2
    lightness = [colorsys.rgb_to_hls(*bytes.fromhex(color[1:]))[1] / 255 for color in colors]
    assert min(lightness) > 0.1 and max(lightness) < 0.9


def test_keys_differ_until_they_run_out():
    ethogram = Ethogram(tuple(Behavior(f"grooming {n}") for n in range(40)))
    keys = [behavior.key for behavior in ethogram]
    assert keys[:4] == ["g", "r", "o", "m"]
    assert sorted(keys[:36]) == sorted(string.ascii_lowercase + string.digits)
    assert keys[36:] == [""] * 4


def test_classes_of_one_label_exclude_one_another():
    ethogram = Ethogram(exclusive((Behavior("a"), Behavior("b"), Behavior("c"))))
    assert ethogram.exclusive_groups == (("a", "b", "c"),)
    assert Ethogram(exclusive((Behavior("a"),))).exclusive_groups == ()
