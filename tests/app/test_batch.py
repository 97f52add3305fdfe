from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism.batch import Failure, run_batch
from ethoprism.report.summary import summarize
from ethoprism_core.errors import EthoprismError


def test_a_failing_file_is_told_at_once_and_the_rest_goes_on():
    told: list[Failure] = []

    def work(path: Path) -> str:
        if path.name == "bad":
            raise EthoprismError("not a video", path, "leave it out")
        if path.name == "worse":
            raise ValueError("seven\nlines")
        return path.name.upper()

    batch = run_batch(map(Path, ["a", "bad", "worse", "b"]), work, told.append)
    assert batch.results == ("A", "B")
    assert tuple(told) == batch.failures
    assert [failure.reason for failure in told] == [
        "not a video, bad, leave it out",
        "unexpected ValueError (seven lines), worse",
    ]


def test_bouts_are_counted_and_added_up():
    events = pd.DataFrame(
        [("m", "dig", 0.0, 2.0), ("m", "dig", 5.0, 6.0), ("f", "dig", 1.0, 9.0)],
        columns=["subject", "behavior", "start_s", "stop_s"],
    )
    table = summarize(events, "a.mp4", 10.0, ["m", "f"], ["dig", "rear"])
    assert table["video"].unique().tolist() == ["a.mp4"]
    rows = table.set_index(["subject", "behavior"])
    assert rows.loc[("m", "dig"), ["bouts", "total_s", "mean_bout_s", "share"]].tolist() == [
        2,
        3.0,
        1.5,
        0.3,
    ]
    assert rows.loc[("m", "rear"), ["bouts", "total_s", "share"]].tolist() == [0, 0, 0]
    assert np.isnan(rows.loc[("m", "rear"), "mean_bout_s"])
