"""Who is who: each animal is given the blob that it can have reached.

One frame at a time: every animal's place is predicted from its velocity, animals and blobs are
matched at the least total distance (Kuhn 1955; Jonker and Volgenant 1987), and an animal without
a blob of its own that was about to touch another's shares that blob's pixels with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from ethoprism_core.video.detect import Blob, Expected
from ethoprism_core.video.shares import first_guess, split_blob

_REACH = 1.5  # lengths that an animal may be off its predicted place
_SPEED = 20.0  # lengths a second by which the place grows uncertain while it is not seen
_COAST = 0.3  # seconds for which it is believed to go on as before
_PASSING = 1.0  # seconds for which merged animals are believed to go on as before
_MERGED_TRUST = 0.5  # of a share of pixels, at most
_OVERLAP = 0.8  # of their areas together: animals in a smaller blob lie over each other
_TOUCH = 0.6  # lengths from a blob within which an animal without one may be part of it
_JOINED = 1.25  # of an animal's area: a blob that holds two is at least as large
_SMALL = 0.3  # of an animal's area: smaller blobs are taken for no animal at first
_TRUSTED = 5  # frames after which what was found is believed to be an animal
_DOUBTFUL = 0.5  # seconds unseen after which what was found in fewer frames is none


@dataclass(eq=False)
class Animal:
    """Where one animal was last, and how it moved."""

    centre: Float[np.ndarray, "2"] | None = None
    velocity: Float[np.ndarray, "2"] = field(default_factory=lambda: np.zeros(2))
    spread: Float[np.ndarray, "2 2"] = field(default_factory=lambda: np.eye(2))
    area: float = 0.0
    time: float = 0.0
    first_frames: list[int] = field(default_factory=list)
    merged: bool = False

    def predict(self, time: float) -> Float[np.ndarray, "2"]:
        """Return where it should be: as fast as before at first, then slowing down."""
        assert self.centre is not None
        passed = time - self.time
        return self.centre + self.velocity * _COAST * (1 - np.exp(-passed / _COAST))

    def go(self, place: Float[np.ndarray, "2"], time: float, trust: float) -> None:
        """Move to `place`, and take over its speed as far as the place is trusted."""
        passed = time - self.time
        if self.centre is None or passed >= 2 * _COAST:
            self.velocity = np.zeros(2)
        elif passed > 0:
            now = (place - self.centre) / passed
            slower = np.exp(-passed / _PASSING) if self.merged else 1.0
            self.velocity = slower * (self.velocity + 0.5 * trust * (now - self.velocity))
        self.centre, self.time = place, time


@dataclass(frozen=True, eq=False)
class Sighting:
    """One animal in one frame.

    Parameters
    ----------
    animal
        Its number.
    blob
        Its pixels.
    place
        Where it is believed to be.
    trust
        How much of that was seen rather than predicted, between 0 and 1.
    merged_with
        The other animals whose pixels were joined with its own.
    """

    animal: int
    blob: Blob
    place: Float[np.ndarray, "2"]
    trust: float = 1.0
    merged_with: tuple[int, ...] = ()


class Assigner:
    """Give blobs to a fixed number of animals, frame after frame.

    Parameters
    ----------
    count
        Number of animals.
    expected
        What one looks like.
    """

    def __init__(self, count: int, expected: Expected) -> None:
        self.animals = [Animal() for _ in range(count)]
        self.expected = expected
        self._time = 0.0
        self.withdrawn: list[tuple[int, int]] = []  # frame and animal of what was none after all

    def assign(self, frame: int, time: float, blobs: Sequence[Blob]) -> list[Sighting]:
        """Return which animals are seen in `frame`, at `time` in seconds, and where."""
        self._withdraw_doubtful(time, time - self._time)
        self._time = time
        known = [n for n, animal in enumerate(self.animals) if animal.centre is not None]
        owned = self._match(known, time, blobs)
        shared = self._share(known, owned, time, blobs)
        sightings = self._sightings(owned, shared, time, blobs)
        taken = set(owned.values())
        sightings += self._newcomers([b for n, b in enumerate(blobs) if n not in taken])
        for sighting in sightings:
            self._move(sighting, frame, time)
        return sightings

    def _withdraw_doubtful(self, time: float, step: float) -> None:
        for number, animal in enumerate(self.animals):
            doubtful = 0 < len(animal.first_frames) < _TRUSTED
            if doubtful and time - animal.time > max(_DOUBTFUL, 2.5 * step):
                self.withdrawn += [(frame, number) for frame in animal.first_frames]
                self.animals[number] = Animal()

    def _match(self, known: list[int], time: float, blobs: Sequence[Blob]) -> dict[int, int]:
        if not known or not blobs:
            return {}
        animals = [self.animals[n] for n in known]
        predicted = np.stack([animal.predict(time) for animal in animals])
        reach = self.expected.length * np.array(
            [_REACH + _SPEED * (time - animal.time) for animal in animals]
        )
        centres = np.stack([blob.centre for blob in blobs])
        return {known[a]: b for a, b in match(predicted, centres, reach)}

    def _share(
        self, known: list[int], owned: dict[int, int], time: float, blobs: Sequence[Blob]
    ) -> dict[int, list[int]]:
        """Return the blobs that hold several animals, with those animals."""
        holders: dict[int, list[int]] = {blob: [animal] for animal, blob in owned.items()}
        for number in known:
            if number in owned:
                continue
            blob = self._touched(self.animals[number], holders, time, blobs)
            if blob is not None:
                holders[blob].append(number)
        return {blob: sorted(animals) for blob, animals in holders.items() if len(animals) > 1}

    def _touched(
        self, animal: Animal, holders: dict[int, list[int]], time: float, blobs: Sequence[Blob]
    ) -> int | None:
        place = animal.predict(time)
        best, nearest = None, _TOUCH * self.expected.length * (1 + 2 * (time - animal.time))
        for number, inside in holders.items():
            distance = float(np.linalg.norm(blobs[number].pixels - place, axis=1).min())
            alone = max(self.animals[one].area for one in inside)
            large = blobs[number].area > _JOINED * alone * len(inside)
            stays = animal.merged and any(self.animals[one].merged for one in inside)
            if distance < nearest and (large or stays):
                best, nearest = number, distance
        return best

    def _sightings(
        self,
        owned: dict[int, int],
        shared: dict[int, list[int]],
        time: float,
        blobs: Sequence[Blob],
    ) -> list[Sighting]:
        alone = [(animal, blobs[blob]) for animal, blob in owned.items() if blob not in shared]
        found = [Sighting(animal, blob, blob.centre) for animal, blob in alone]
        for blob, members in shared.items():
            found += self._shares(blobs[blob], members, time)
        return found

    def _shares(self, blob: Blob, members: list[int], time: float) -> list[Sighting]:
        """Tell apart the members of one blob: by their pixels, or where they overlap by their way.

        Shares of pixels never lie on top of each other. Two animals that pass through each other
        would bounce off, were their places taken from their shares.
        """
        animals = [self.animals[n] for n in members]
        predicted = np.stack([animal.predict(time) for animal in animals])
        parts = split_blob(blob, predicted, np.stack([animal.spread for animal in animals]))
        off = np.stack([part.centre for part in parts]) - predicted
        together = off.mean(axis=0)
        beside = blob.area / max(sum(animal.area for animal in animals), 1.0)
        trust = float(np.clip((beside - _OVERLAP) / (1 - _OVERLAP), 0, 1)) * _MERGED_TRUST
        places = predicted + together + trust * (off - together)
        return [
            Sighting(member, part, _inside(place, blob), trust, _others(members, member))
            for member, part, place in zip(members, parts, places, strict=True)
        ]

    def _newcomers(self, blobs: Sequence[Blob]) -> list[Sighting]:
        """Give free blobs to the animals not met yet, the likeliest first, the largest shared."""
        free = [n for n, animal in enumerate(self.animals) if animal.centre is None]
        found: list[Sighting] = []
        for blob in sorted(blobs, key=self._unlike):
            ratio = blob.area / self.expected.area
            members = free[: max(1, min(round(ratio), len(free)))]
            if not members or ratio < _SMALL:
                continue
            free = free[len(members) :]
            parts = split_blob(blob, *first_guess(blob, len(members)))
            found += [
                Sighting(member, part, part.centre, merged_with=_others(members, member))
                for member, part in zip(members, parts, strict=True)
            ]
        return found

    def _unlike(self, blob: Blob) -> float:
        return abs(float(np.log(blob.area / self.expected.area)))

    def _move(self, sighting: Sighting, frame: int, time: float) -> None:
        animal, blob = self.animals[sighting.animal], sighting.blob
        animal.merged = bool(sighting.merged_with)
        animal.go(sighting.place, time, sighting.trust)
        if not (animal.merged and animal.area):  # its look is learned while it is alone
            weight = 0.1 if animal.area else 1.0
            animal.area += weight * (blob.area - animal.area)
            animal.spread = blob.spread
        if len(animal.first_frames) < _TRUSTED:
            animal.first_frames.append(frame)


def _others(members: Sequence[int], one: int) -> tuple[int, ...]:
    return tuple(n for n in members if n != one)


def _inside(place: np.ndarray, blob: Blob) -> np.ndarray:
    """Return `place`, or the pixel of the blob that is nearest to it if it lies outside."""
    distance = np.linalg.norm(blob.pixels - place, axis=1)
    nearest = int(distance.argmin())
    return place if distance[nearest] < 1 else blob.pixels[nearest].astype(float)


def match(
    predicted: Float[np.ndarray, "animal 2"],
    centres: Float[np.ndarray, "blob 2"],
    reach: Float[np.ndarray, " animal"],
) -> list[tuple[int, int]]:
    """Match as many animals as possible to blobs within reach, at the least total distance.

    Returns
    -------
    Pairs of animal and blob.
    """
    distance = np.linalg.norm(predicted[:, None] - centres[None], axis=2)
    allowed = distance <= reach[:, None]
    # one pair more always costs less than any pairs that are allowed
    forbidden = 1.0 + distance[allowed].sum() if allowed.any() else 1.0
    cost = np.where(allowed, distance, forbidden)
    animals, blobs = linear_sum_assignment(cost)
    pairs = zip(animals.tolist(), blobs.tolist(), strict=True)
    return [(a, b) for a, b in pairs if allowed[a, b]]
