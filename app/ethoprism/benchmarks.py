"""The benchmarks there are: public sets, their published protocols and scores."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.animal_behavior import calms21, crim13, flyvsfly
from ethoprism_domains.base import Dataset
from ethoprism_domains.ecology import chimpact, kabr

_SCIENCE = "VideoPrism, arXiv:2402.13217, science benchmark, frozen encoders"


def _as_read(dataset: Dataset) -> Dataset:
    return dataset


@dataclass(frozen=True)
class Benchmark:
    """A public set with published scores.

    Parameters
    ----------
    title, domain
        What people call it, and the adapter that reads it.
    holds
        Says whether a folder holds the set, at a glance.
    expected
        What belongs into the folder, in words.
    source
        Where the scores were published.
    probe
        The kind of probe that is nearest to the published one.
    recordings
        How many the published split has, for training and for test; None where nobody says.
    published
        The mean of the field's score in percent, background left out, of frozen encoders by their
        names.
    prepare
        Turns the data set as it is read into that of the protocol.
    differs
        In what our protocol differs from the published one in any case.
    test_windows
        Where the published test windows are.
    """

    title: str
    domain: str
    holds: Callable[[Path], bool]
    expected: str
    source: str
    probe: str
    recordings: tuple[int, int] | None
    published: Mapping[str, float]
    prepare: Callable[[Dataset], Dataset] = _as_read
    differs: tuple[str, ...] = ()
    test_windows: str = "published is a test window at each frame"


_CRIM13: Mapping[str, Mapping[str, float]] = {
    "side": {
        "CoCa-B": 58.2,
        "InternVideo-B": 63.2,
        "UMT-B": 59.3,
        "VideoPrism-B": 64.5,
        "VideoPrism-g": 65.9,
    },
    "top": {
        "CoCa-B": 58.4,
        "InternVideo-B": 63.6,
        "UMT-B": 58.5,
        "VideoPrism-B": 64.9,
        "VideoPrism-g": 66.8,
    },
}

BENCHMARKS: Mapping[str, Benchmark] = {
    "calms21": Benchmark(
        title="CalMS21 task 1",
        domain="animal_behavior",
        holds=lambda path: bool(calms21.label_files(path)),
        expected=calms21.DESCRIPTION,
        source=_SCIENCE,
        probe="attention",
        recordings=(70, 19),
        published={
            "domain experts": 88.9,
            "CoCa-B": 89.2,
            "InternVideo-B": 89.0,
            "UMT-B": 88.7,
            "VideoPrism-B": 91.1,
            "VideoPrism-g": 91.5,
        },
    ),
    "flyvsfly": Benchmark(
        title="Fly vs. Fly",
        domain="animal_behavior",
        holds=flyvsfly.recognises,
        expected=flyvsfly.DESCRIPTION,
        source=_SCIENCE,
        probe="attention",
        recordings=None,
        published={
            "domain experts": 88.6,
            "CoCa-B": 80.1,
            "InternVideo-B": 78.9,
            "UMT-B": 84.6,
            "VideoPrism-B": 89.1,
            "VideoPrism-g": 92.0,
        },
        prepare=flyvsfly.as_published,
        differs=(
            "the split is the set's own, traintest.mat; published is that of Task Programming, "
            "which does not list its movies",
        ),
    ),
    **{
        f"crim13-{view}": Benchmark(
            title=f"CRIM13, {view} view",
            domain="animal_behavior",
            holds=crim13.recognises,
            expected=crim13.DESCRIPTION,
            source=_SCIENCE,
            probe="attention",
            recordings=None,
            published=published,
            prepare=partial(crim13.of_view, view=view),
        )
        for view, published in _CRIM13.items()
    },
    "kabr": Benchmark(
        title="KABR",
        domain="ecology",
        holds=kabr.recognises,
        expected=kabr.KABR.description,
        source=f"{_SCIENCE}; trained ones: KABR, Kholiavchenko et al., 2024, where X3D has 86.7 % "
        "of all instances right",
        probe="attention",
        recordings=None,
        published={
            "I3D, trained": 53.4,
            "SlowFast, trained": 52.9,
            "X3D, trained (domain experts)": 61.9,
            "CoCa-B": 62.0,
            "InternVideo-B": 49.9,
            "UMT-B": 58.9,
            "VideoPrism-B": 61.6,
            "VideoPrism-g": 63.3,
        },
        test_windows="nobody says where the published test windows are",
    ),
    "chimpact": Benchmark(
        title="ChimpACT",
        domain="ecology",
        holds=chimpact.recognises,
        expected=chimpact.CHIMPACT.description,
        source=f"{_SCIENCE}; PriVi: arXiv:2511.09675",
        probe="attention",
        recordings=(127, 19),
        published={
            "domain experts": 24.4,
            "CoCa-B": 12.6,
            "InternVideo-B": 24.0,
            "UMT-B": 25.0,
            "VideoPrism-B": 28.8,
            "VideoPrism-g": 31.5,
            "PriVi": 39.25,
        },
        differs=("the validation split is neither trained nor tested on",),
        test_windows="published is a test window at each frame with a box",
    ),
}


def find_benchmark(name: str) -> Benchmark:
    """Find a benchmark by its name.

    Raises
    ------
    EthoprismError
        If there is none.
    """
    if name not in BENCHMARKS:
        raise EthoprismError("no such benchmark", name, f"use one of {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name]


def benchmarks_named(name: str) -> list[str]:
    """Give the benchmark of that name, or those that are its parts (``crim13`` has two views).

    Raises
    ------
    EthoprismError
        If there is none.
    """
    parts = [known for known in BENCHMARKS if known.startswith(f"{name}-")]
    if name in BENCHMARKS or not parts:
        find_benchmark(name)
        return [name]
    return parts


def refuse_other_data(benchmark: Benchmark, data: str | Path) -> None:
    """Refuse a folder that does not hold the data of a benchmark, at a glance.

    Raises
    ------
    EthoprismError
        Saying what belongs there.
    """
    if not benchmark.holds(Path(data)):
        told = f"these are not the data of {benchmark.title}"
        raise EthoprismError(told, data, f"expected is {benchmark.expected}")
