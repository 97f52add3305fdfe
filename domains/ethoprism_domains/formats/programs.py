"""The formats of other programs and data sets, those with the surest marks first."""

from ethoprism_domains.formats.base import Format
from ethoprism_domains.formats.deepethogram import DEEPETHOGRAM
from ethoprism_domains.formats.jabs import JABS
from ethoprism_domains.formats.simba import SIMBA

PROGRAMS: tuple[Format, ...] = (JABS, DEEPETHOGRAM, SIMBA)
