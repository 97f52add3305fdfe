"""Pixels to features: exact video, frozen encoders, feature stores. Knows nothing of behaviour."""
