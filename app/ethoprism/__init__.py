"""Ethoprism: read animal behaviour from video.

``import ethoprism as ep`` is instant: each name is looked up on first use.
"""

import importlib

__version__ = "0.1.0"

# name -> the module that holds it (and what it is called there): what a notebook needs, and no more
_HOMES = {
    "AnnotationStore": "ethoprism_domains.annotation.store",
    "EmbedOptions": "ethoprism.options",
    "EthoprismError": "ethoprism_core.errors",
    "Project": "ethoprism.project",
    "SceneSettings": "ethoprism_domains.simulated",
    "Video": "ethoprism_core.video",
    "agreement": "ethoprism.measuring:agreement",
    "budget": "ethoprism.budgeting:budget",
    "check_dataset": "ethoprism.datasets:check",
    "classify": "ethoprism.classifying",
    "embed": "ethoprism.embedding",
    "embed_project": "ethoprism.learning.project_work",
    "estimate_embedding": "ethoprism.learning.estimating",
    "evaluate": "ethoprism.evaluating",
    "evaluate_dataset": "ethoprism.datasets",
    "info": "ethoprism_core.video:load_index",
    "load_encoder": "ethoprism_core.encoders",
    "open_features": "ethoprism_core.features",
    "predict_project": "ethoprism.learning.project_work",
    "read_dataset": "ethoprism_domains.registry",
    "read_events": "ethoprism_domains.formats",
    "review_queue": "ethoprism.learning.review_queue",
    "search": "ethoprism.searching",
    "simulate": "ethoprism_domains.simulated",
    "train": "ethoprism.training",
    "train_dataset": "ethoprism.dataset_training",
    "train_project": "ethoprism.learning.project_work",
    "write_events": "ethoprism_domains.formats",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ethoprism' has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    value = getattr(importlib.import_module(module), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
