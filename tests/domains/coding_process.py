"""A process that codes as fast as it can and tells what was acknowledged, until it is killed.

Run by path in a process of its own, with FOLDER, SEED and PIPE among its globals.
"""

import hashlib
import random
import time

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, exclusive
from ethoprism_domains.annotation.editing import (
    Coding,
    add,
    delete,
    describe,
    move,
    observe,
    relabel,
    toggle,
)
from ethoprism_domains.annotation.store import AnnotationStore

ETHOGRAM = Ethogram((*exclusive((Behavior("walk"), Behavior("rest"))), Behavior("peck", "point")))


def fingerprint(coding: Coding) -> str:
    told = [*map(repr, coding.in_order()), repr(coding.observed)]
    return hashlib.blake2b("".join(told).encode(), digest_size=16).hexdigest()


def act(store: AnnotationStore, draw: random.Random) -> None:
    """Do something that a person does; some of it is refused, which is no matter here."""
    start = draw.randrange(2000)
    ids = list(store.coding.events)
    choice = draw.choice(ids) if ids else None
    stop = start + draw.randrange(1, 60)
    acts = [
        lambda: store.do(add, draw.choice(["walk", "rest"]), start, stop, comment="né\r\n;"),
        lambda: store.do(toggle, draw.choice(["walk", "rest", "peck"]), start),
        lambda: store.do(observe, start, stop),
    ]
    if choice is not None:
        acts += [
            lambda: store.do(delete, choice),
            lambda: store.do(move, choice, start, stop),
            lambda: store.do(relabel, choice, "rest"),
            lambda: store.do(describe, choice, judgement=draw.choice(["absent", "present"])),
        ]
    acts += [store.undo, store.undo, store.redo]
    draw.choice(acts)()


def code(folder: str, seed: int, pipe) -> None:
    """Code without an end; send (journal line, fingerprint) after each acknowledged action."""
    draw = random.Random(seed)
    pipe.send("opening")
    store = AnnotationStore(
        folder,
        "v.mp4",
        "Ann",
        ethogram=ETHOGRAM,
        overlaps="truncate",
        rewrite_after=0.0,
        backup_every=0.0,
    )
    last = store.last_action
    while store.read_only:  # the disk has no room for another line
        pipe.send("full")
        time.sleep(0.01)
    while True:
        try:
            act(store, draw)
        except EthoprismError as error:
            if "not saved" in error.what:
                pipe.send("full")
                time.sleep(0.01)
            continue
        if store.last_action > last:
            last = store.last_action
            pipe.send((last, fingerprint(store.coding), store.journal_path.name))


if "PIPE" in globals():
    code(globals()["FOLDER"], globals()["SEED"], globals()["PIPE"])
