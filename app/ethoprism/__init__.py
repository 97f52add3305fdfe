"""Ethoprism: read animal behaviour from video.

``import ethoprism as ep`` is instant: each name is looked up on first use.
"""

import importlib

__version__ = "0.1.0"

# name -> the module that holds it; what a notebook needs, and nothing that only the inside needs
_HOMES = {
    "AnnotationStore": "ethoprism_domains.annotation.store",
    "EthoprismError": "ethoprism_core.errors",
    "Project": "ethoprism.project",
    "Video": "ethoprism_core.video",
    "embed": "ethoprism.embedding",
    "load_encoder": "ethoprism_core.encoders",
    "open_features": "ethoprism_core.features",
    "read_events": "ethoprism_domains.formats",
    "write_events": "ethoprism_domains.formats",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ethoprism' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
