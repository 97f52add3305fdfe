"""Train a probe on a data set of a field, sampled as the field does."""

from dataclasses import replace
from pathlib import Path

from ethoprism.datasets import embed_dataset, left_out
from ethoprism.embedding import Stages, fetch_encoder, silently
from ethoprism.footage import Footage
from ethoprism.options import EmbedOptions
from ethoprism.training import Training, train_on_footage
from ethoprism_domains.base import Dataset


def train_dataset(
    dataset: Dataset,
    out: str | Path,
    options: EmbedOptions = EmbedOptions(),  # noqa: B008
    *,
    kind: str | None = None,
    group_by: str | None = None,
    features: str | Path = "features",
    seed: int = 0,
    stages: Stages = silently,
) -> Training:
    """Train a probe on windows, animals or whole clips, as the data set's habits say, and save it.

    It is scored first, on what was left out in turn, as `evaluate_dataset` does.

    Parameters
    ----------
    out
        ``probes/trap`` gives ``probes/trap.safetensors`` and the card ``probes/trap.json``, with
        which `classify` embeds other videos in the same way.
    options
        Which encoder; windows are by the habits.
    kind, group_by
        The kind of probe, and what is left out as a whole, in place of the habits'.
    features
        The folder where features are kept.
    seed
        Of everything random.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does.

    Raises
    ------
    EthoprismError
        If its videos cannot be read, do not fit, or there is too little to learn from.
    """
    habits = dataset.habits
    probe = habits.probe.instead(kind)
    chosen = options.encoder, options.checkpoint, options.dtype, options.size
    encoder = fetch_encoder(*chosen, stages)
    footage = embed_dataset(dataset, encoder, group_by, Path(features), stages)
    footage = replace(footage, notices=(*left_out(dataset), *footage.notices))
    return train_on_footage(
        footage,
        Path(out),
        _as_embedded(options, dataset, footage),
        probe.kind,
        group_by or habits.group_by,
        seed,
        stages,
        probe.settings,
    )


def _as_embedded(options: EmbedOptions, dataset: Dataset, footage: Footage) -> EmbedOptions:
    """Say how the videos were embedded, so that others are embedded in the same way."""
    store, sampling = footage.features[0], dataset.habits.sampling
    attrs = store.attrs
    regions = dataset.recordings[0].regions if sampling.kind == "region" else ()
    lasting = sampling.milliseconds if sampling.in_milliseconds else None
    return replace(
        options,
        stride=int(attrs["stride"]) if lasting is None else sampling.stride,
        frame_step=int(attrs["frame_step"]) if lasting is None else 1,
        milliseconds=lasting,
        grid=str(attrs["grid"]),
        follow=int(store.sizes["individual"]) if attrs["crop"] == "follow" else 0,
        regions={region.name: region.box for region in regions},
    )
