"""Write the annotations of one video as an NWB file; see the package."""

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import h5py

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_domains.annotation import Annotations
from ethoprism_domains.formats.base import WriteOptions
from ethoprism_domains.formats.nwb.document import Document
from ethoprism_domains.formats.nwb.layout import PLACEHOLDERS, UNKNOWN_START

if TYPE_CHECKING:
    from pynwb import NWBFile


def write(path: Path, annotations: Annotations, options: WriteOptions) -> None:
    """Write the tables of one video."""
    try:
        import ndx_ethogram  # noqa: F401  (registers the types)
        from pynwb import NWBHDF5IO
    except ImportError as error:
        remedy = 'pip install "ethoprism[nwb]"'
        raise EthoprismError("writing NWB needs pynwb and ndx-ethogram", path, remedy) from error
    video = annotations.videos[0]
    clock = options.clock(annotations, video)
    document = Document(_empty_file(video, annotations), video)
    document.add_video(options.path_of(video), path, clock)
    document.add_annotations(annotations, clock)
    # pynwb warns of names that do not end in .nwb, as that of a temporary file: it gets it open
    with (
        atomic_path(path) as temporary,
        h5py.File(temporary, "w") as opened,
        NWBHDF5IO(file=opened, mode="w") as file,
    ):
        file.write(document.file)


def _empty_file(video: str, annotations: Annotations) -> "NWBFile":
    """Make a file without tables; what is not known of the session and the subject is said so."""
    from pynwb import NWBFile
    from pynwb.file import Subject

    told = f"Behaviour in the video {video}. Times count from its first frame; "
    file = NWBFile(
        session_description=told + "the date is a placeholder, for when it began is not known",
        identifier=str(uuid4()),
        session_start_time=UNKNOWN_START,
        experiment_description="Behaviour coded from video",
        keywords=["behavior", "ethogram", "video"],
    )
    names = [name for name in annotations.events["subject"].unique() if name]
    file.subject = Subject(
        subject_id=", ".join(names).replace("/", "_") or "unknown",
        description="Whose behaviour was coded; age, sex and species are to be filled in",
        **dict(PLACEHOLDERS),
    )
    return file
