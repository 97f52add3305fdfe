"""What the labels say, checked against tracks and pixels by other means."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from ethoprism_domains.simulated import Recording, SceneSettings, simulate
from ethoprism_domains.simulated.arena import Arena

EXCLUSIVE = 7  # the first columns of a mouse's ethogram: one posture or motion at a time


@lru_cache
def watched(preset: str, seconds: float = 45.0, seed: int = 3) -> Recording:
    return simulate(SceneSettings.presets()[preset].lasting(seconds), seed)


def speeds(recording: Recording) -> np.ndarray:
    """Speed of the boxes' centres in body lengths a second, (time, individual)."""
    moved = np.linalg.norm(np.diff(recording.tracks.position, axis=0), axis=1)
    return moved * recording.settings.fps / recording.settings.body_length


def during(recording: Recording, behavior: str, values: np.ndarray) -> np.ndarray:
    present = recording.labels.sel(behavior=behavior).to_numpy()[: len(values)] == 1
    return values[present]


def silhouette(recording: Recording, frame: int) -> np.ndarray:
    """Coordinates (x, y) of the pixels that differ clearly from the empty arena."""
    empty = recording.stage.background.astype(int)
    change = np.abs(recording.frame(frame).astype(int) - empty).max(axis=2)
    rows, columns = np.nonzero(change > 30)
    return np.stack([columns, rows], axis=1)


def clean(**changes: object) -> SceneSettings:
    """A scene whose pixels change only where the animal is."""
    base = SceneSettings(noise=0.0, blur=0.0, body_fraction=0.18, frames=12, size=(240, 240))
    return replace(base, **changes)


@pytest.mark.parametrize("preset", ["open_field", "fly_bowl"])
def test_running_is_faster_than_walking_and_walking_than_resting(preset: str) -> None:
    recording = watched(preset)
    moved = speeds(recording)
    rest, walk, run = (
        np.median(during(recording, name, moved)) for name in ("resting", "walking", "running")
    )
    assert run > 2 * walk
    assert walk > 1.0
    assert rest < 0.1


def test_fish_dart_faster_than_they_swim() -> None:
    moved = speeds(watched("fish_tank"))
    dart, swim = (
        np.median(during(watched("fish_tank"), name, moved)) for name in ("darting", "swimming")
    )
    assert dart > 2 * swim > 1


@pytest.mark.parametrize("preset", ["open_field", "mouse_pair", "fish_tank"])
def test_every_turn_to_the_left_adds_to_the_heading(preset: str) -> None:
    recording = watched(preset)
    for bout in recording.bouts.itertuples():
        if not bout.behavior.startswith("turning") or bout.stop_frame - bout.start_frame < 5:
            continue
        heading = recording.tracks.heading.sel(individual=bout.subject).to_numpy()
        change = heading[bout.stop_frame - 1] - heading[bout.start_frame]
        assert change > 0.2 if bout.behavior == "turning left" else change < -0.2


@pytest.mark.parametrize(("opening", "sign"), [("turning left", 1), ("turning right", -1)])
@pytest.mark.parametrize("body", ["mouse", "fly"])
def test_pixels_turn_anticlockwise_on_screen_when_the_label_says_left(
    body: str, opening: str, sign: int
) -> None:
    recording = simulate(clean(body=body, opening=opening), 5)
    axes = []
    for frame in range(8):
        across, down = (silhouette(recording, frame) - silhouette(recording, frame).mean(axis=0)).T
        spread = np.cov(np.stack([across, -down]))
        axes.append(np.arctan2(*np.linalg.eigh(spread)[1][::-1, -1]))
    steps = (np.diff(axes) + np.pi / 2) % np.pi - np.pi / 2  # an axis has no front and back
    assert sign * steps.sum() > 0.3


@pytest.mark.parametrize("preset", ["mouse_pair", "fly_bowl", "fish_tank"])
def test_contact_means_boxes_that_touch(preset: str) -> None:
    recording = watched(preset)
    centre, size = recording.tracks.position.to_numpy(), recording.tracks["shape"].to_numpy()
    contact = recording.labels.sel(behavior="contact").to_numpy() == 1
    assert contact.any()
    tolerance = 0.15 * recording.settings.body_length
    near = np.zeros_like(contact)
    for one in range(contact.shape[1]):
        for other in set(range(contact.shape[1])) - {one}:
            apart = np.abs(centre[..., one] - centre[..., other])
            reach = (size[..., one] + size[..., other]) / 2 + tolerance
            near[:, one] |= (apart <= reach).all(axis=1)
    assert near[contact].all()


def test_contact_of_two_is_mutual() -> None:
    contact = watched("mouse_pair").labels.sel(behavior="contact").to_numpy()
    np.testing.assert_array_equal(contact[:, 0], contact[:, 1])


def test_approaching_shortens_the_distance() -> None:
    recording = watched("mouse_pair")
    position = recording.tracks.position.to_numpy()
    apart = np.linalg.norm(position[..., 0] - position[..., 1], axis=1)
    change = np.diff(apart)[:, None].repeat(2, axis=1)
    walking = recording.labels.sel(behavior="walking").to_numpy()[:-1] == 1
    approaching = recording.labels.sel(behavior="approaching").to_numpy()[:-1] == 1
    assert (change[walking & approaching] < 0).mean() > 0.7
    assert np.median(change[walking & approaching]) < -0.5


def test_rearing_shortens_the_box() -> None:
    recording = watched("open_field")
    longer = recording.tracks["shape"].to_numpy().max(axis=1)
    rear, walk = (np.median(during(recording, name, longer)) for name in ("rearing", "walking"))
    assert rear < 0.8 * walk


def test_rearing_makes_the_silhouette_rounder() -> None:
    roundness = {}
    for opening in ("rearing", "walking"):
        recording = simulate(clean(opening=opening), 8)
        inside = boxed(recording, 4)
        minor, major = np.linalg.eigvalsh(np.cov(inside.T))
        roundness[opening] = minor / major
    assert roundness["rearing"] > 1.5 * roundness["walking"]


def boxed(recording: Recording, frame: int) -> np.ndarray:
    """The silhouette's pixels within the first animal's box: no tail."""
    points = silhouette(recording, frame)
    centre = recording.tracks.position.to_numpy()[frame, :, 0]
    size = recording.tracks["shape"].to_numpy()[frame, :, 0]
    return points[(np.abs(points - centre) <= size / 2).all(axis=1)]


@pytest.mark.parametrize("body", ["mouse", "fly"])
def test_grooming_moves_pixels_but_not_the_animal(body: str) -> None:
    moved, changed = {}, {}
    for opening in ("grooming", "resting"):
        recording = simulate(clean(body=body, opening=opening), 2)
        assert during(recording, opening, np.ones((6, 1))).sum() == 6
        path = recording.tracks.position.to_numpy()[:6, :, 0]
        moved[opening] = np.ptp(path, axis=0).max() / recording.settings.body_length
        film = recording.frames(0, 6).astype(int)
        changed[opening] = (np.abs(np.diff(film, axis=0)).max(axis=3) > 12).sum()
    assert moved["grooming"] < 0.1
    assert changed["grooming"] > 2 * changed["resting"] + 20


@pytest.mark.parametrize("body", ["mouse", "fly", "fish"])
def test_boxes_hold_the_body_and_not_much_else(body: str) -> None:
    recording = simulate(clean(body=body, opening="resting"), 4)
    points = silhouette(recording, 0)
    inside = boxed(recording, 0)
    size = recording.tracks["shape"].to_numpy()[0, :, 0]
    assert len(inside) > 0.6 * len(points)  # the rest is tail, legs, fins, wings and shadow
    assert (np.ptp(inside, axis=0) > 0.8 * size - 3).all()


@pytest.mark.parametrize("preset", SceneSettings.presets())
def test_motion_is_smooth_and_stays_within_the_walls(preset: str) -> None:
    recording = watched(preset, 10.0)
    settings = recording.settings
    arena = Arena.fitting(settings.arena, settings.size)
    for x, y in recording.tracks.position.transpose("time", "individual", "space").to_numpy()[
        ::5, 0
    ]:
        assert arena.clearance(x, y) > 0.1 * settings.body_length
    assert speeds(recording).max() < 10
    turning = np.abs(np.diff(recording.tracks.heading, axis=0)) * settings.fps
    assert turning.max() < 4


@pytest.mark.parametrize("preset", ["open_field", "mouse_pair"])
def test_postures_exclude_each_other(preset: str) -> None:
    labels = watched(preset).labels
    assert labels.dtype == np.int8
    assert labels.isin([0, 1]).all()
    assert labels.isel(behavior=slice(EXCLUSIVE)).sum("behavior").max() == 1


def test_an_approach_is_a_walk_as_well() -> None:
    labels = watched("mouse_pair").labels
    approaching = labels.sel(behavior="approaching") == 1
    moving = labels.sel(behavior=["walking", "turning left", "turning right"]).sum("behavior")
    assert approaching.any()
    assert (moving.where(approaching, 1) == 1).all()


def test_bouts_tell_the_same_as_the_labels() -> None:
    recording = watched("mouse_pair")
    told = np.zeros_like(recording.labels.to_numpy())
    for bout in recording.bouts.itertuples():
        who = recording.individuals.index(bout.subject)
        what = recording.settings.behaviors.index(bout.behavior)
        told[bout.start_frame : bout.stop_frame, who, what] += 1
    np.testing.assert_array_equal(told, recording.labels)


def test_a_minute_shows_the_whole_repertoire() -> None:
    shown = recording_shows("open_field") | recording_shows("open_field", seed=4)
    assert shown == set(SceneSettings.open_field().behaviors)


def recording_shows(preset: str, seed: int = 3) -> set[str]:
    return set(watched(preset, seed=seed).bouts.behavior)
