"""Tasks for jobs of the tests, by the names that the window's own tasks have."""

import time


def add(stages, one, other):
    """Add two numbers."""
    with stages("adding", "numbers") as progress:
        progress(1, 2)
    return one + other


def train(stages, **_):
    """Never come to an end."""
    with stages("training", "steps") as progress:
        for number in range(100_000):
            progress(number, 100_000)
            time.sleep(0.01)


def predict(stages, project, probe, videos):
    """Come to an end at once; the predictions are there already."""
    return {"done": videos, "computed": [], "failures": {"bad.mp4": "it is broken"}, "notices": []}
