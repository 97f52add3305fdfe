"""Ecology: camera traps, drones and clips of animals where they live."""

from ethoprism_domains.ecology.activity_hours import ActivitySettings, activity
from ethoprism_domains.ecology.camera_traps import read_camera_traps
from ethoprism_domains.ecology.classified import classified
from ethoprism_domains.ecology.cropping import crop_to_detections
from ethoprism_domains.ecology.detection_tracks import JoinSettings, tracks_from_detections
from ethoprism_domains.ecology.independence import Independence, independent_events, records_of
from ethoprism_domains.ecology.light import LightSettings, light_of, light_table
from ethoprism_domains.ecology.megadetector import Detections, empty_or_not, read_detections
from ethoprism_domains.ecology.package_writing import write_package
from ethoprism_domains.ecology.rates import effort, time_budgets, trapping_rates
from ethoprism_domains.ecology.recordings import dataset_of
from ethoprism_domains.ecology.traps import CameraTraps

__all__ = [
    "ActivitySettings",
    "CameraTraps",
    "Detections",
    "Independence",
    "JoinSettings",
    "LightSettings",
    "activity",
    "classified",
    "crop_to_detections",
    "dataset_of",
    "effort",
    "empty_or_not",
    "independent_events",
    "light_of",
    "light_table",
    "read_camera_traps",
    "read_detections",
    "records_of",
    "time_budgets",
    "tracks_from_detections",
    "trapping_rates",
    "write_package",
]
