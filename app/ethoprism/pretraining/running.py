"""A run: prepared, described, trained, and written as a model file."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import jax
import pandas as pd

from ethoprism.embedding import Stages, silently
from ethoprism.measuring import write_table
from ethoprism.pretraining.captions import find_vocabulary
from ethoprism.pretraining.gathering import Gathered, Material, gather
from ethoprism.pretraining.recipe import Recipe
from ethoprism.pretraining.teachers import (
    EncoderTeacher,
    Model,
    load_teacher,
    picture_size,
    video_encoder,
)
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text
from ethoprism_core.model import VideoText, load_model, random_model
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining import (
    BatchIterator,
    ContrastiveConfig,
    MaskedConfig,
    Task,
    TaughtBatches,
    contrastive_task,
    export_checkpoint,
    make_mesh,
    masked_task,
    train,
    with_encoder,
)
from ethoprism_core.pretraining.checkpointing import Checkpoints
from ethoprism_core.pretraining.data import Batches, ClipShape, Reading
from ethoprism_core.pretraining.loop import CHECKPOINTS

MODEL, SETTINGS, SKIPPED, TRACKS = "model.safetensors", "run.json", "skipped.csv", "tracks"

Report = Callable[[int, Mapping[str, float | str]], None]


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Parameters
    ----------
    stage
        ``contrastive``, ``masked`` or ``distill``.
    recipe, material
        What is trained, and on what.
    out
        The run's folder.
    teacher, teacher_checkpoint
        An encoder's name or a model file, and its weights where they are not the public ones.
    start
        A model file to start from.
    frozen
        A model file whose video encoder stays as it is while the texts are tuned to it; `recipe`
        is then one of `Recipe.retuning`.
    resume
        Whether a run in `out` is gone on with.
    shards
        Devices that share one copy of the parameters.

    Raises
    ------
    EthoprismError
        If the stage needs a teacher and there is none, or the other way round.
    """

    stage: str
    recipe: Recipe
    material: Material
    out: Path
    teacher: str | None = None
    teacher_checkpoint: str | None = None
    start: Path | None = None
    frozen: Path | None = None
    resume: bool = False
    shards: int = 1

    def __post_init__(self) -> None:
        needs = self.stage != "contrastive"
        if needs and self.teacher is None:
            raise EthoprismError(
                f"{self.stage} learns from a teacher", None, "name an encoder or a model file"
            )
        if self.teacher is not None and not needs:
            raise EthoprismError(
                "contrastive learns from captions alone", self.teacher, "leave it out"
            )

    def settings(self) -> dict:
        """Return what a run must have in common with the one it goes on with."""
        recipe = self.recipe
        told = {
            "stage": self.stage,
            "config": asdict(recipe.config),
            "views": asdict(recipe.views),
            "weights": dict(recipe.weights),
            "teacher": self.teacher,
            "start": None if self.start is None else str(self.start),
            "frozen": None if self.frozen is None else str(self.frozen),
        }
        return json.loads(json.dumps(told))


@dataclass(frozen=True, eq=False)
class Prepared:
    """A run that is ready to begin.

    Parameters
    ----------
    request
        What was asked for.
    task
        What is trained.
    gathered
        What it learns from.
    batches
        Reads that.
    taught
        The same with what a teacher outside the step says, where there is one.
    teacher
        Who is learned from, if anybody.
    done
        Steps that were made before.
    """

    request: Request
    task: Task
    gathered: Gathered
    batches: Batches
    taught: BatchIterator
    teacher: Model | EncoderTeacher | None
    done: int

    @property
    def parameters(self) -> tuple[int, int]:
        """Numbers that are trained, and that are only used."""
        return _count(self.task.params), _count(self.task.frozen)


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    step
        Its last step.
    finished
        Whether that is all of them.
    model
        The model file; written when the run has come to a checkpoint.
    skipped
        Why files were passed over, by their names.
    """

    step: int
    finished: bool
    model: Path
    skipped: Mapping[str, str]


def prepare(request: Request, stages: Stages = silently) -> Prepared:
    """Gather the data, load the teacher, and build the task.

    Raises
    ------
    EthoprismError
        If anything does not fit together: before the first step, not after hours.
    """
    _check_folder(request)
    config = request.recipe.config
    start = None if request.start is None else load_model(request.start)
    teacher = _teacher(request, stages)
    gathered = gather(request.material, request.recipe, request.out / TRACKS, stages)
    shape = ClipShape(config.frames, picture_size(teacher, config.frame_size))
    tokenizer = None
    if isinstance(config, ContrastiveConfig):
        model = request.out / MODEL
        tokenizer = Tokenizer(
            find_vocabulary(config, gathered.corpora, shape, model, request.start)
        )
    task = _task(request, teacher, start)
    reading = Reading(
        shape,
        config.run.batch,
        config.run.seed,
        request.material.processes,
        jax.process_index(),
        jax.process_count(),
    )
    batches = Batches(gathered.corpora, reading, gathered.weights, tokenizer)
    write_text(request.out / SETTINGS, json.dumps(request.settings(), indent=1))
    taught = TaughtBatches(batches, teacher) if isinstance(teacher, EncoderTeacher) else batches
    return Prepared(request, task, gathered, batches, taught, teacher, _steps_done(request))


def run(
    prepared: Prepared, report: Report | None = None, stop: Callable[[], bool] | None = None
) -> Outcome:
    """Train to the end, or until `stop` says so, and write the model.

    Raises
    ------
    EthoprismError
        If the loss is not finite, or nothing can be read or written any more.
    """
    request, config = prepared.request, prepared.request.recipe.config
    with prepared.batches as batches:
        state = train(
            prepared.task,
            prepared.taught,
            config.optimizer,
            config.run,
            request.out,
            make_mesh(request.shards),
            report,
            stop,
            lambda: {"skipped_files": len(batches.skipped)},
        )
        skipped = dict(batches.skipped)
    _write_skipped(skipped, request.out / SKIPPED)
    model = request.out / MODEL
    notes = {"stage": request.stage, "teacher": request.teacher or ""}
    export_checkpoint(prepared.task, config.optimizer, config.run, request.out, model, notes=notes)
    step = int(state.step)
    return Outcome(step, step >= config.run.steps, model, skipped)


def _check_folder(request: Request) -> None:
    begun = (request.out / CHECKPOINTS).is_dir() and any((request.out / CHECKPOINTS).iterdir())
    if begun and not request.resume:
        raise EthoprismError(
            "there is a run in this folder", request.out, "add --resume to go on, or name another"
        )
    if not begun and request.resume:
        raise EthoprismError(
            "there is no checkpoint to go on from", request.out, "leave --resume out"
        )
    if not begun:
        return
    stored = json.loads((request.out / SETTINGS).read_text(encoding="utf-8"))
    asked = request.settings()
    changed = [name for name in asked if stored.get(name) != asked[name]]
    if changed:
        raise EthoprismError(
            f"the run was begun with another {', '.join(changed)}",
            request.out / SETTINGS,
            "give what it was begun with, or name another folder",
        )


def _steps_done(request: Request) -> int:
    with Checkpoints(request.out / CHECKPOINTS, request.recipe.config.run.keep) as checkpoints:
        return checkpoints.latest() or 0


def _teacher(request: Request, stages: Stages) -> Model | EncoderTeacher | None:
    if request.teacher is None:
        return None
    teacher = load_teacher(request.teacher, request.teacher_checkpoint, stages)
    if request.stage == "masked" and isinstance(teacher, EncoderTeacher):
        raise EthoprismError(
            "the student starts from its teacher's weights, and this teacher has none like its own",
            request.teacher,
            "use pretrain distill, or the model of stage 1",
        )
    return teacher


def _task(request: Request, teacher: Model | EncoderTeacher | None, start: Model | None) -> Task:
    config = request.recipe.config
    if isinstance(config, ContrastiveConfig):
        if start is not None and not isinstance(start, VideoText):
            raise EthoprismError(
                "a model without a text tower", request.start, "start from a video-text model"
            )
        return contrastive_task(config, _with_frozen(request.frozen, config, start))
    if isinstance(teacher, EncoderTeacher):
        return masked_task(config, teacher.sizes, None if start is None else video_encoder(start))
    assert teacher is not None and isinstance(config, MaskedConfig)
    if request.stage == "masked" and start is None:
        start = teacher
    return masked_task(config, teacher, None if start is None else video_encoder(start))


def _with_frozen(
    path: Path | None, config: ContrastiveConfig, start: VideoText | None
) -> VideoText | None:
    """Put the encoder that stays as it is into the model to start from, or into a random one."""
    if path is None:
        return start
    model = start or random_model(lambda rngs: VideoText(config.model, rngs=rngs), config.run.seed)
    return with_encoder(model, video_encoder(load_model(path)))


def _write_skipped(skipped: Mapping[str, str], path: Path) -> None:
    if skipped:
        write_table(pd.DataFrame(sorted(skipped.items()), columns=["file", "reason"]), path)


def _count(tree: object) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(tree))
