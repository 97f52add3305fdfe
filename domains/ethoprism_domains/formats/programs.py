"""The formats of other programs and data sets, those with the surest marks first."""

from ethoprism_domains.formats.base import Format
from ethoprism_domains.formats.calms21 import CALMS21
from ethoprism_domains.formats.camtrap_dp import CAMTRAP_DP
from ethoprism_domains.formats.cbas import CBAS
from ethoprism_domains.formats.cvat import CVAT
from ethoprism_domains.formats.deepethogram import DEEPETHOGRAM
from ethoprism_domains.formats.feral import FERAL
from ethoprism_domains.formats.jabs import JABS
from ethoprism_domains.formats.mammalps import MAMMALPS
from ethoprism_domains.formats.movement import MOVEMENT
from ethoprism_domains.formats.nwb import NWB
from ethoprism_domains.formats.simba import SIMBA

PROGRAMS: tuple[Format, ...] = (
    NWB,
    MOVEMENT,
    CALMS21,
    FERAL,
    JABS,
    MAMMALPS,
    CVAT,
    CBAS,
    CAMTRAP_DP,
    DEEPETHOGRAM,
    SIMBA,
)
