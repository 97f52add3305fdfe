"""What a project learns: from what is coded, to predictions, to what is worth a look."""

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr

from ethoprism.jobs import tasks
from ethoprism.learning import encoder_guide, estimating, places
from ethoprism.learning.adopting import adopt_predictions, predicted_events
from ethoprism.learning.coded import coded_so_far
from ethoprism.learning.material import coded_study
from ethoprism.learning.project_options import project_options
from ethoprism.learning.project_work import embed_project, predict_project, train_project
from ethoprism.learning.review_queue import review_queue
from ethoprism.plain_scores import PlainScore, PlainScores, read_plain_scores
from ethoprism.project import Project
from ethoprism_core.encoders import hub
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import load_index
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.annotation.editing import Event, accept, add, add_all, observe, reject
from ethoprism_domains.formats import read_events

from .conftest import TinyStudy


def make_project(folder: Path, study: TinyStudy, ethogram: Ethogram | None = None) -> Project:
    truth = read_events(study.labels, observed="coded span")
    known = tuple(truth.ethogram[name] for name in ("walking", "resting", "grooming", "rearing"))
    ethogram = ethogram or Ethogram(tuple(replace(item, excludes=()) for item in known))
    project = Project.create(folder, ethogram)
    project.add_videos(study.videos)
    project.set_encoder("classical", {"follow": 0, "stride": 5})
    return project


def code(project: Project, study: TinyStudy, video: str, annotator: str = "Ann") -> None:
    """Code a whole video as it truly is."""
    truth = read_events(study.labels, observed="coded span").events
    times = load_index(project.path_of(video)).times
    with project.store(video, annotator, frame_times=times, overlaps="truncate") as store:
        for row in truth[truth["video"] == video].itertuples():
            if row.behavior in project.ethogram:
                store.do(add, row.behavior, row.start_frame, row.stop_frame)
        store.do(observe, 0, len(times))


@pytest.fixture(scope="module")
def learned(tiny_study: TinyStudy, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of three videos, of which two are coded and learned from, and all predicted."""
    project = make_project(tmp_path_factory.mktemp("learned"), tiny_study)
    for video in project.videos[:2]:
        code(project, tiny_study, video.name)
    train_project(project, "Ann", "mouse", kind="linear")
    predict_project(project, "mouse")
    return project


@pytest.fixture
def project(tiny_study: TinyStudy, tmp_path: Path) -> Project:
    """A project in which nothing is coded."""
    return make_project(tmp_path / "project", tiny_study)


def test_training_keeps_probe_features_and_a_card_with_plain_scores(learned: Project):
    assert places.probe_names(learned) == ["mouse"]
    card = places.probe_path(learned, "mouse").with_suffix(".json")
    training = json.loads(card.read_text(encoding="utf-8"))["training"]
    first, second, third = (video.name for video in learned.videos)
    assert set(training["groups"]) == {first, second}
    scores = read_plain_scores(card)
    assert scores is not None and (scores.videos, scores.groups) == (2, 2)
    assert "had not seen" in scores.judged_on()
    kept = places.features_folder(learned) / "classical"
    assert (kept / f"{Path(first).stem}.zarr").is_dir()
    assert (kept / f"{Path(third).stem}.zarr").is_dir()  # predicted, so embedded too


def test_predictions_are_where_the_project_says_and_are_not_made_twice(learned: Project):
    name = learned.videos[2].name
    path = places.predictions_path(learned, "mouse", name)
    assert path == learned.folder / "predictions" / "mouse" / f"{name}.nc"
    with xr.open_dataset(path) as predictions:
        assert predictions.attrs["probe"] == "mouse" and predictions.attrs["video"] == name
    events = read_events(path.with_name(f"{name}.csv")).events
    assert set(events["video"]) == {name} and set(events["labeling_method"]) == {"automated"}
    again = predict_project(learned, "mouse", [name])
    assert again.done == (name,) and again.computed == ()
    states = {state.video.name: state for state in learned.states()}
    assert states[name].predicted


def test_predictions_become_events_and_the_review_finds_them(learned: Project):
    names = [video.name for video in learned.videos]
    changes = adopt_predictions(learned, "mouse", names, "Ann")
    assert not changes[names[0]].added  # wholly coded by a person
    events = predicted_events(learned, "mouse", names[2])
    assert len(changes[names[2]].added) == len(events) > 0
    assert not adopt_predictions(learned, "mouse", names[2:], "Ann")[names[2]]
    queue = review_queue(learned, "mouse", "Ann")
    assert {candidate.video for candidate in queue.candidates} == {names[2]}
    ids = {candidate.event_id for candidate in queue.candidates if not candidate.is_missed}
    assert ids == {event.event_id for event in events} and queue.unjudged == len(events)
    with learned.store(names[2], "Ann") as store:
        store.do(accept, events[0].event_id)
        store.do(observe, events[1].start_frame, events[1].last_frame)  # coded: nothing there
    later = review_queue(learned, "mouse", "Ann", length=2)
    assert later.unjudged <= len(events) - 2
    left = review_queue(learned, "mouse", "Ann", length=100)
    assert len(later.candidates) == min(2, len(left.candidates))
    known = {candidate.event_id for candidate in left.candidates}
    assert not known & {events[0].event_id, events[1].event_id}


def test_the_review_does_without_features_that_are_gone(learned: Project, monkeypatch):
    monkeypatch.setattr("ethoprism.learning.review_queue.features_folder", lambda _: Path("none"))
    assert review_queue(learned, "mouse", "Ann").candidates


def test_learning_again_keeps_the_scores_of_the_probe_before(learned: Project):
    before = read_plain_scores(places.probe_path(learned, "mouse").with_suffix(".json"))
    training = train_project(learned, "Ann", "mouse", kind="linear")
    assert training.former == before
    assert before.videos == 2 and training.plain.videos == 3  # what was accepted teaches too


def test_nothing_coded_is_told_in_a_sentence(project: Project):
    told = coded_so_far(project, "Ann")
    assert told.obstacle.startswith("nothing is coded yet") and told.remarks == ()
    with pytest.raises(EthoprismError, match="nothing is coded yet"):
        train_project(project, "Ann")
    video = project.videos[0].name
    with project.store(video, "Ann") as store:
        store.do(observe, 0, 50)
    assert coded_so_far(project, "Ann").obstacle.startswith("no behaviour is coded")
    with project.store(video, "Ann") as store:
        store.do(add, "walking", 0, 50)
    assert coded_so_far(project, "Ann").obstacle.startswith("walking is coded all the time")


def test_what_would_help_is_told(project: Project, tiny_study: TinyStudy):
    code(project, tiny_study, project.videos[0].name)
    told = coded_so_far(project, "Ann")
    assert told.obstacle == "" and told.videos == 1
    remarks = " ".join(told.remarks)
    assert "Few bouts" in remarks and "one video" in remarks
    never = [name for name, count in told.bouts.items() if not count]
    assert all(name in remarks for name in never)
    assert coded_so_far(project, "Bob").videos == 0


def test_only_what_a_person_says_in_observed_frames_teaches(project: Project):
    video = project.videos[0].name
    automated = {"labeling_method": "automated", "model": "net"}
    with project.store(video, "Ann", overlaps="allow") as store:
        store.do(observe, 0, 100)
        store.do(add, "walking", 10, 20)
        store.do(add, "resting", 120, 130)  # not observed
        events = [
            Event("a", "walking", 15, 30, **automated),
            Event("b", "grooming", 40, 50, **automated),
            Event("c", "rearing", 60, 70, **automated),
            Event("d", "rearing", 80, 90, **automated),
        ]
        store.do(add_all, events, "predict")
        store.do(accept, "c")
        store.do(reject, "d")
    study = coded_study(project, "Ann")
    assert set(study.annotations.ethogram.names) == {"walking", "rearing"}
    rows = study.annotations.events
    said = set(zip(rows["behavior"], rows["start_frame"], rows["judgement"], strict=True))
    assert said == {
        ("walking", 10, "present"),
        ("rearing", 60, "present"),
        ("rearing", 80, "absent"),
    }
    assert study.groups == {video: video} and set(study.paths) == {video}


def test_a_prediction_that_nobody_judged_is_unknown_in_an_observed_stretch(project: Project):
    video = project.videos[0].name
    with project.store(video, "Ann") as store:
        store.do(observe, 0, 100)
        store.do(add, "walking", 10, 20)
        store.do(add_all, [Event("a", "walking", 40, 50, labeling_method="automated")], "predict")
    rows = coded_study(project, "Ann").annotations.events
    assert dict(zip(rows["start_frame"], rows["judgement"], strict=True)) == {
        10: "present",
        40: "unsure",
    }


def test_a_video_in_which_nothing_happens_teaches_what_absence_is(project: Project, tiny_study):
    """Its animal goes without a name, and is nevertheless the one that others name."""
    project.set_encoder("classical", {"follow": 1, "stride": 5})
    first, second = (video.name for video in project.videos[:2])
    with project.store(first, "Ann") as store:
        for start in (10, 50, 90):
            store.do(add, "walking", start, start + 20, subject="Mia")
        store.do(observe, 0, 150)
    with project.store(second, "Ann") as store:
        store.do(observe, 0, 150)
    training = train_project(project, "Ann", "mia", kind="linear")
    assert training.plain.videos == 2 and training.probe.per_individual
    predict_project(project, "mia", [second])
    path = places.predictions_path(project, "mia", second)
    with xr.open_dataset(path) as predictions:
        assert predictions["individual"].values.tolist() == ["Mia"]


def test_predictions_that_the_ethogram_does_not_allow_are_left_out(learned, tmp_path, tiny_study):
    name = learned.videos[2].name
    kept = {event.behavior for event in predicted_events(learned, "mouse", name)}
    wanted = sorted(kept)[0]
    behaviors = (Behavior(wanted), Behavior("something new"))
    other = make_project(tmp_path / "other", tiny_study, Ethogram(behaviors))
    source = places.predictions_path(learned, "mouse", name)
    target = places.predictions_path(other, "mouse", name)
    target.parent.mkdir(parents=True)
    target.write_bytes(source.read_bytes())
    assert {event.behavior for event in predicted_events(other, "mouse", name)} == {wanted}
    with pytest.raises(EthoprismError, match="no readable predictions"):
        predicted_events(other, "nothing", name)


def test_the_estimate_is_measured_once_and_knows_what_is_done(project: Project, monkeypatch):
    monkeypatch.setenv("ETHOPRISM_CACHE", str(project.folder / "cache"))
    stages_seen = []

    @contextmanager
    def stages(description: str, unit: str = "frames"):
        stages_seen.append(description)
        yield lambda done, total: None

    told = estimating.estimate_embedding(project, stages=stages)
    assert told.seconds > 0 and (told.videos, told.left) == (3, 3)
    assert told.sentence().startswith("About ") and "3 of 3 videos" in told.sentence()
    assert len(stages_seen) == 1
    again = estimating.estimate_embedding(project, stages=stages)
    assert again == told and len(stages_seen) == 1
    done = project.videos[0].name
    told_by_task = tasks.estimate(stages, str(project.folder), [])
    assert told_by_task["sentence"] == told.sentence()
    assert tasks.prepare(stages, str(project.folder), [done])["computed"] == (done,)
    assert embed_project(project, [done]).computed == ()
    left = estimating.estimate_embedding(project)
    assert left.left == 2 and left.seconds == pytest.approx(told.seconds * 2 / 3)
    assert "1 is prepared already" in left.sentence()
    assert estimating.estimate_embedding(project, [done]).sentence() == "It is prepared already."


def test_a_video_that_fails_does_not_stop_the_others(project: Project, tmp_path: Path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    project.add_videos([broken])
    first = project.videos[0].name
    made = embed_project(project, ["broken.mp4", first])
    assert made.done == (first,) and "broken.mp4" in made.failures["broken.mp4"]
    assert estimating.estimate_embedding(project, ["broken.mp4"]).unreadable == ("broken.mp4",)


@pytest.mark.parametrize(
    ("embedding", "said"),
    [({"colour": 1}, "unknown options colour"), ({"crop": [1, 2]}, "crop")],
)
def test_mistakes_in_the_projects_options_are_told(project, embedding, said):
    project.set_encoder("classical", embedding)
    with pytest.raises(EthoprismError, match=said):
        project_options(project)


def test_options_come_from_the_project(project: Project):
    project.set_encoder("classical", {"crop": [0, 0, 10, 20]})
    options = project_options(Project.open(project.folder))
    assert (options.crop, options.follow) == ((0, 0, 10, 20), 0)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1.0, "5 s"), (33.0, "35 s"), (50.0, "a minute"), (600.0, "10 minutes"), (61.0, "1 minute"),
     (9000.0, "2.5 hours"), (72_000.0, "20 hours")],
)  # fmt: skip
def test_durations_are_told_as_people_do(seconds, told):
    assert estimating.told_duration(seconds) == told


def test_encoders_say_whether_their_weights_are_here(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("ETHOPRISM_CACHE", str(tmp_path))
    notes = {note.name: note for note in encoder_guide.encoder_notes()}
    assert "No weights are needed" in notes["classical"].sentence()
    assert "fetched on first use (458 MB)" in notes["videoprism-base"].sentence()
    assert "needs a file" in notes["videoprism-giant"].sentence()
    (tmp_path / hub.WEIGHTS["videoprism-base"].name).touch()
    notes = {note.name: note for note in encoder_guide.encoder_notes()}
    assert "weights are here" in notes["videoprism-base"].sentence()


def score(**changes) -> PlainScore:
    given = {"bouts": 10, "found": 8, "marked": 100, "wrong": 10, "coded": 120, "hit": 90}
    return PlainScore("walk", **(given | changes), average_precision=0.8, chance=0.2)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "walk: finds 8 of 10 bouts; 1 of 10 marked frames is wrong."),
        ({"wrong": 3}, "walk: finds 8 of 10 bouts; 3 of 100 marked frames are wrong."),
        ({"wrong": 0}, "walk: finds 8 of 10 bouts; no marked frame is wrong."),
        ({"wrong": 99}, "walk: finds 8 of 10 bouts; 9 of 10 marked frames are wrong."),
        ({"bouts": 1, "found": 0, "marked": 0}, "walk: finds 0 of 1 bout; marks nothing."),
        ({"bouts": 0}, "walk: nothing to judge it by, no bout was left out of training."),
    ],
)
def test_scores_are_told_in_plain_words(changes, told):
    assert score(**changes).sentence() == told


def test_scores_are_compared_and_kept():
    before, after = score(hit=50), score()
    assert after.change(before).startswith("better: F1 0.45 → 0.82")
    assert before.change(after).startswith("worse") and after.change(None) == "new"
    assert "precision 0.90, recall 0.75" in after.numbers()
    whole = PlainScores((after,), 1, 1, "2025-01-01")
    assert PlainScores.from_mapping(json.loads(json.dumps(whole.to_mapping()))) == whole
    assert "expect less elsewhere" in whole.judged_on()
    assert "3 videos in 2 groups" in PlainScores((), 3, 2, "").judged_on()
