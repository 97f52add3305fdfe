"""One video's truth beside its predictions: what every score is made from."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from jaxtyping import Float, Int8

from ethoprism_core.errors import EthoprismError


@dataclass(frozen=True, eq=False)
class ScoredVideo:
    """A video's truth and predictions, frame by frame.

    Parameters
    ----------
    video
        Its name.
    group
        What is resampled for confidence intervals: the video, or the animal or site it shows.
    behaviors
        Names along the last axis.
    frame_times
        In seconds.
    truth
        1 present, 0 absent, -1 unknown: left out of every score.
    predicted
        1 where the probe says present.
    probability
        Of presence. Where it is NaN nothing was predicted, and the truth counts as unknown.
    """

    video: str
    group: str
    behaviors: tuple[str, ...]
    frame_times: Float[np.ndarray, " time"]
    truth: Int8[np.ndarray, "time individual behavior"]
    predicted: Int8[np.ndarray, "time individual behavior"]
    probability: Float[np.ndarray, "time individual behavior"]

    def __post_init__(self) -> None:
        shapes = {self.truth.shape, self.predicted.shape, self.probability.shape}
        wanted = (len(self.frame_times), self.truth.shape[1], len(self.behaviors))
        if shapes != {wanted}:
            raise EthoprismError(f"truth and predictions are not both {wanted}", self.video)
        truth = np.where(np.isnan(self.probability), np.int8(-1), self.truth)
        object.__setattr__(self, "truth", truth)

    @classmethod
    def compare(
        cls, labels: xr.Dataset, predictions: xr.Dataset, group: str | None = None
    ) -> "ScoredVideo":
        """Put the labels of a video beside its predictions, by behaviour and individual.

        Parameters
        ----------
        labels
            With `labels (time, individual, behavior)` and `time`, as `frame_labels` gives.
        predictions
            With `probability` and `label` of the same dims. Their behaviours are scored. Where
            labels and predictions have one individual each, it is the same one.
        group
            The video's name if not given.

        Raises
        ------
        EthoprismError
            If they differ in frames or individuals, or a behaviour has no labels.
        """
        video = str(labels.attrs["video"])
        _refuse_mismatch(labels, predictions, video)
        if labels.sizes["individual"] == predictions.sizes["individual"] == 1:
            labels = labels.assign_coords(individual=predictions["individual"])
        wanted = {"individual": predictions["individual"], "behavior": predictions["behavior"]}
        order = ("time", "individual", "behavior")
        aligned = predictions.transpose(*order)
        return cls(
            video=video,
            group=video if group is None else group,
            behaviors=tuple(predictions["behavior"].to_numpy().tolist()),
            frame_times=labels["time"].to_numpy().astype(np.float64),
            truth=labels["labels"].sel(wanted).transpose(*order).to_numpy(),
            predicted=aligned["label"].to_numpy().astype(np.int8),
            probability=aligned["probability"].to_numpy(),
        )

    def part(self, start: int, stop: int, group: str) -> "ScoredVideo":
        """Cut out frames `start` to `stop`, as a group of its own (a block of time)."""
        cut = slice(start, stop)
        return replace(
            self,
            group=group,
            frame_times=self.frame_times[cut],
            truth=self.truth[cut],
            predicted=self.predicted[cut],
            probability=self.probability[cut],
        )


def _refuse_mismatch(labels: xr.Dataset, predictions: xr.Dataset, video: str) -> None:
    frames = labels.sizes["time"], predictions.sizes["time"]
    if frames[0] != frames[1]:
        told = f"{frames[0]} frames are labelled and {frames[1]} predicted"
        raise EthoprismError(told, video, "label and predict the same recording")
    for dim in ("behavior", "individual"):
        known = set(labels[dim].to_numpy().tolist())
        asked = set(predictions[dim].to_numpy().tolist())
        one_each = dim == "individual" and len(known) == len(asked) == 1
        if not asked <= known and not one_each:
            names = ", ".join(repr(name) for name in sorted(asked - known))
            raise EthoprismError(f"no labels of {dim} {names}", video, "label it, or leave it out")
