"""What is used where nothing is said; imports nothing, so that help is instant."""

# needs no weights, no network and no GPU
DEFAULT_ENCODER = "classical"
