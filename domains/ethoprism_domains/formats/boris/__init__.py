"""BORIS: its project files, and the two tables that it exports."""

from ethoprism_domains.formats.base import Format
from ethoprism_domains.formats.boris import aggregated, tabular
from ethoprism_domains.formats.boris.carrying import carried
from ethoprism_domains.formats.boris.definitions import FORBIDDEN
from ethoprism_domains.formats.boris.exports import carried_rows
from ethoprism_domains.formats.boris.project_read import read, read_project_ethogram, sniff
from ethoprism_domains.formats.boris.project_write import write

BORIS = Format(
    name="boris",
    description="BORIS project",
    extensions=(".boris", ".boris.gz"),
    sniff=sniff,
    read=read,
    write=write,
    carried=carried,
    carries="states, points, modifiers, comments, subjects, the ethogram, observed intervals",
    loses="absent and unsure judgements, who said so, confidence; overlaps of one behaviour join",
    forbidden=FORBIDDEN,
)

_CARRIES = "states, points, modifiers, comments, subjects, categories of behaviours"
_LOSES = "as a project, and the ethogram, observed intervals, videos without events"

BORIS_TABULAR = Format(
    name="boris-tabular",
    description="BORIS tabular events: a row for each start, stop and point",
    extensions=(".csv", ".tsv"),
    sniff=tabular.sniff,
    read=tabular.read,
    write=tabular.write,
    carried=carried_rows,
    carries=_CARRIES,
    loses=_LOSES,
    forbidden=FORBIDDEN,
)

BORIS_AGGREGATED = Format(
    name="boris-aggregated",
    description="BORIS aggregated events: a row for each bout",
    extensions=(".tsv", ".csv"),
    sniff=aggregated.sniff,
    read=aggregated.read,
    write=aggregated.write,
    carried=carried_rows,
    carries=_CARRIES,
    loses=_LOSES,
    forbidden=FORBIDDEN,
)

__all__ = ["BORIS", "BORIS_AGGREGATED", "BORIS_TABULAR", "read_project_ethogram"]
