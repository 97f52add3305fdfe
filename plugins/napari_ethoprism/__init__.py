"""The napari window: code, classify, review."""
