"""Ecology: camera traps, drones and clips of animals where they live."""
