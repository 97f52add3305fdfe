"""What a probe's card says, read without loading the probe and the packages it needs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_card(card: Path) -> Mapping[str, Any]:
    """Read a probe's card; nothing is in it if it is not there or damaged."""
    try:
        told = json.loads(card.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
