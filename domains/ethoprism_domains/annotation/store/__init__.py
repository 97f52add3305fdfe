"""Keep annotations so that nothing that was coded is lost: a journal, a tidy table, backups.

`AnnotationStore` opens, edits and keeps the annotations of one video by one annotator;
``docs/annotations.md`` says what is on the disk.
"""

from ethoprism_domains.annotation.store.annotation_store import AnnotationStore
from ethoprism_domains.annotation.store.appending import Append, append_durably
from ethoprism_domains.annotation.store.backups import former_tables, set_table_aside
from ethoprism_domains.annotation.store.collecting import Collected, collect, names_in
from ethoprism_domains.annotation.store.journal import FORMAT, read_journal
from ethoprism_domains.annotation.store.naming import AnnotationPaths, spelled
from ethoprism_domains.annotation.store.past import Past

__all__ = [
    "FORMAT",
    "AnnotationPaths",
    "AnnotationStore",
    "Append",
    "Collected",
    "Past",
    "append_durably",
    "collect",
    "former_tables",
    "names_in",
    "read_journal",
    "set_table_aside",
    "spelled",
]
