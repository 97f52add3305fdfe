"""Ethoprism: read animal behaviour from video."""

__version__ = "0.1.0"
