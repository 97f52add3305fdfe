"""A made study of animals with several labels at once: the right crop has the right label.

The simulated lab says where each animal is and what it does; a recording of its two mice is laid
out as ChimpACT is, with boxes at every tenth frame, and each mouse's crop must show that mouse.
"""

import json
from collections import Counter

import numpy as np
import pytest
import xarray as xr

from ethoprism.datasets import embed_dataset
from ethoprism.footage import Footage
from ethoprism_core.video import Video
from ethoprism_core.video.tracks import load_tracks
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.base import Dataset, Sampling
from ethoprism_domains.ecology.chimpact import BEHAVIORS, NAMES
from ethoprism_domains.registry import read_dataset
from ethoprism_domains.simulated import SceneSettings, plan_study, write_study

CLIP = "Azibo_ObsChimp_2016_clip_0_1000"
FRAMES, STEP = 120, 10


class PixelEncoder:
    """Shows what an encoder is shown: the pictures of a window, as they are."""

    name = "pixels"
    fingerprint = "pixels-1"
    clip_frames, frame_size, feature_dim = 4, 16, 16 * 16 * 3
    token_shape = (4, 1, 1)

    def encode(self, clips: np.ndarray) -> np.ndarray:
        return clips.reshape(*clips.shape[:2], 1, 1, -1).astype(np.float32)

    def encode_frames(self, frames: np.ndarray, previous: np.ndarray) -> np.ndarray:
        return frames.reshape(len(frames), 1, 1, -1).astype(np.float32) / 255

    def encode_windows(self, frame_features: np.ndarray) -> np.ndarray:
        return frame_features


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Simulate two mice, and read what the lab knows of them."""
    folder = tmp_path_factory.mktemp("lab")
    scene = SceneSettings(animals=2, size=(128, 128), frames=FRAMES, body_fraction=0.12, noise=1.0)
    write_study(folder, plan_study(scene, videos=1, seed=6))
    return read_dataset(folder)


@pytest.fixture(scope="module")
def truth(lab: Dataset) -> tuple[xr.Dataset, xr.DataArray]:
    """Give where each mouse is, and what it does, in every frame."""
    (item,) = lab.recordings
    tracks = load_tracks(item.tracks)
    names = tuple(tracks["individual"].values.tolist())
    times = tracks["time"].to_numpy()
    labels = frame_labels(item.annotations, item.name, times, individuals=names)["labels"]
    return tracks, labels


@pytest.fixture(scope="module")
def study(lab: Dataset, truth, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Lay it out as ChimpACT; its behaviours stand for ChimpACT's in their order."""
    folder, (tracks, labels) = tmp_path_factory.mktemp("chimpact"), truth
    annotations = []
    for key in range(FRAMES // STEP):
        at = tracks.isel(time=key * STEP)
        for who in range(2):
            centre, size = at["position"][:, who].values, at["shape"][:, who].values
            left, top = (centre - size / 2).tolist()
            said = np.flatnonzero(labels[key * STEP, who] == 1).tolist()
            box = [left, top, *size.tolist()]
            annotations.append({"image_id": key, "bbox": box, "bbox_id": who, "behaviors": said})
    images = [{"id": key, "file_name": f"{CLIP}/{key:06d}.jpg"} for key in range(FRAMES // STEP)]
    content = json.dumps({"images": images, "annotations": annotations})
    (folder / "labels").mkdir()
    (folder / "labels" / f"{CLIP}.json").write_text(content, encoding="utf-8")
    (folder / "videos_full").mkdir()
    video = lab.recordings[0].video
    (folder / "videos_full" / f"{CLIP}.mp4").write_bytes(video.read_bytes())
    return read_dataset(folder)


def test_labels_are_the_truth_where_it_was_told(study: Dataset, truth):
    (item,) = study.recordings
    assert item.individuals == NAMES[:2]
    _, wanted = truth
    times = np.arange(FRAMES) / 30
    labels = frame_labels(item.annotations, item.name, times, individuals=NAMES[:2])["labels"]
    count = wanted.sizes["behavior"]
    told = labels.sel(behavior=list(BEHAVIORS[:count])).to_numpy()
    assert np.array_equal(told[::STEP], wanted.to_numpy()[::STEP])
    assert (told.sum(axis=2) > 1).any()  # several at once
    assert np.mean(told == wanted.to_numpy()) > 0.9  # between them, by the nearer
    assert (labels.sel(behavior=list(BEHAVIORS[count:])) == 0).all()


@pytest.fixture(scope="module")
def embedded(study: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Footage, Counter]:
    """Embed both animals, and count how often each frame is decoded."""
    decoded: Counter = Counter()
    visit = Video.visit

    def counted(self, frames, size=None):
        for frame, picture in visit(self, frames, size):
            decoded[frame] += 1
            yield frame, picture

    habits = study.habits
    sampling = Sampling("subject", frames=4, stride=4)
    dense = Dataset(
        study.name,
        study.domain,
        study.recordings,
        study.ethogram,
        type(habits)(sampling, habits.probe, habits.group_by, habits.scoring),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Video, "visit", counted)
        footage = embed_dataset(dense, PixelEncoder(), None, tmp_path_factory.mktemp("features"))
    return footage, decoded


def test_the_video_is_decoded_once_for_all_animals(embedded):
    _, decoded = embedded
    assert set(decoded) == set(range(FRAMES))
    assert set(decoded.values()) == {1}


def test_each_crop_shows_the_animal_that_its_label_is_of(embedded, truth, lab: Dataset):
    footage, _ = embedded
    (store,), (tracks, wanted) = footage.features, truth
    assert store["individual"].values.tolist() == list(NAMES[:2])
    centres = store["window"].values
    far = np.linalg.norm(np.diff(tracks["position"].values, axis=2)[..., 0], axis=1)[centres] > 24
    assert far.sum() > 5  # where the two are apart, a crop shows one of them
    middle = store["features"].values[:, :, 2, 0, 0].reshape(len(centres), 2, 16, 16, 3)
    shown = middle.mean(axis=4)
    with Video(lab.recordings[0].video) as video:
        for window in np.flatnonzero(far):
            picture = video[int(centres[window])].mean(axis=2) / 255
            for who in range(2):
                own, other = (
                    _likeness(shown[window, who], picture, tracks, int(centres[window]), animal)
                    for animal in (who, 1 - who)
                )
                assert own > 0.5
                assert own > other + 0.2
    samples = footage.samples()
    count = wanted.sizes["behavior"]
    for row in range(len(samples)):
        frame, who = int(samples.frame[row]), int(samples.individual[row])
        if frame % STEP == 0:
            assert samples.y[row, :count].tolist() == wanted.values[frame, who].tolist()


def _likeness(
    shown: np.ndarray, picture: np.ndarray, tracks: xr.Dataset, frame: int, who: int
) -> float:
    """Correlate what was shown with the square around an animal's true place."""
    x, y = tracks["position"].values[frame, :, who]
    side = 2 * tracks["shape"].values[:, :, who].max(axis=1)
    half = np.quantile(side, 0.8) / 2
    places = np.linspace(-half, half, 17)[:-1] + half / 16
    rows, columns = (
        np.clip(np.rint(centre + places - 0.5), 0, limit - 1).astype(int)
        for centre, limit in ((y, picture.shape[0]), (x, picture.shape[1]))
    )
    return float(np.corrcoef(shown.ravel(), picture[np.ix_(rows, columns)].ravel())[0, 1])
