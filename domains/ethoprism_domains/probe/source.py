"""What a probe's numbers come from: the encoder and the way its features were made.

A probe understands only features of the very encoder and settings it was trained on; this is what
is compared, stored in the probe's card, and told when it does not fit.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.probe.layout import SampleLayout

_REGIONS = "regions "
TOKEN_DIMS = ("token_time", "token_row", "token_column", "feature")


@dataclass(frozen=True)
class FeatureSource:
    """The encoder and the settings that features depend on, other than the video.

    Parameters
    ----------
    encoder, encoder_fingerprint
        The encoder's name, and the fingerprint of its weights and code.
    clip_frames, frame_step
        Frames in a window, and from one to the next.
    grid
        How the tokens were reduced.
    crop
        ``follow``, ``whole``, ``rectangle``, or ``regions`` with their names: where they are in the
        picture may differ between videos.
    token_shape, feature_dim
        Tokens of one individual, and numbers of a token.
    trajectory_features
        Names of the trajectory numbers; empty where animals are not followed.
    milliseconds
        How long a window lasts, where that was asked for: then `frame_step` may differ.
    """

    encoder: str
    encoder_fingerprint: str
    clip_frames: int
    frame_step: int
    grid: str
    crop: str
    token_shape: tuple[int, int, int]
    feature_dim: int
    trajectory_features: tuple[str, ...] = ()
    milliseconds: float | None = None

    @classmethod
    def of(cls, features: xr.Dataset) -> "FeatureSource":
        """Read it from a feature store.

        Raises
        ------
        EthoprismError
            If the dataset is not a feature store.
        """
        try:
            attrs, sizes = features.attrs, features["features"].sizes
            names = features["trajectory_feature"].values if "trajectory" in features else ()
            shape = [int(sizes[dim]) for dim in TOKEN_DIMS]
            length = attrs.get("milliseconds")
            return cls(
                encoder=str(attrs["encoder"]),
                encoder_fingerprint=str(attrs["encoder_fingerprint"]),
                clip_frames=int(attrs["clip_frames"]),
                frame_step=int(attrs["frame_step"]),
                grid=str(attrs["grid"]),
                crop=_kind_of_crop(str(attrs["crop"])),
                token_shape=(shape[0], shape[1], shape[2]),
                feature_dim=shape[3],
                trajectory_features=tuple(str(name) for name in names),
                milliseconds=None if length is None else float(length),
            )
        except KeyError as error:
            raise EthoprismError(
                f"not a feature store: it has no {error.args[0]}", describe(features)
            ) from error

    @classmethod
    def from_mapping(cls, mapping: dict[str, Any]) -> "FeatureSource":
        """Read what `to_mapping` gave, perhaps through JSON."""
        lists = {name: tuple(mapping[name]) for name in ("token_shape", "trajectory_features")}
        return cls(**{**mapping, **lists})

    def to_mapping(self) -> dict[str, Any]:
        """Give plain values, as they stand in the probe's card."""
        return asdict(self)

    @property
    def window_frames(self) -> int:
        """Frames from the first to the last of a window."""
        return 1 + (self.clip_frames - 1) * self.frame_step

    @property
    def regions(self) -> int:
        """How many named parts of the picture are told apart; 0 where there are none."""
        return self.crop.count(",") + 1 if self.crop.startswith(_REGIONS) else 0

    def layout(self, individuals: int, per_individual: bool = False) -> SampleLayout:
        """Lay out samples that hold so many individuals, or one of each if `per_individual`.

        Animals are alike, regions are not: in samples of all regions their features stand side by
        side, in each token.
        """
        joined = 1 if per_individual or not self.regions else self.regions
        trajectory = len(self.trajectory_features)
        feature_dim = joined * self.feature_dim
        return SampleLayout(individuals // joined, self.token_shape, feature_dim, trajectory)

    def require(self, other: "FeatureSource", where: object, remedy: str) -> None:
        """Refuse features that were made in another way.

        Raises
        ------
        EthoprismError
            Naming everything that differs.
        """
        apart = {"milliseconds"}  # it became frames, which are compared
        if self.milliseconds is not None and self.milliseconds == other.milliseconds:
            apart = {"milliseconds", "frame_step"}
        differences = [
            f"{name} is {getattr(other, name)!r} instead of {getattr(self, name)!r}"
            for name in (field.name for field in fields(self))
            if name not in apart and getattr(self, name) != getattr(other, name)
        ]
        if differences:
            raise EthoprismError(
                "features of another encoder or other settings: " + "; ".join(differences),
                where,
                remedy,
            )


def _kind_of_crop(shown: str) -> str:
    if shown in ("follow", "whole"):
        return shown
    names = [part.partition("=")[0] for part in shown.split(";") if "=" in part]
    return f"{_REGIONS}{', '.join(names)}" if names else "rectangle"


def describe(features: xr.Dataset) -> str:
    """Name a feature store by its video."""
    return f"features of {features.attrs.get('video', 'an unknown video')}"
