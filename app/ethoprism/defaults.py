"""What is used where nothing is said; imports nothing, so that help is instant."""

# needs no weights, no network and no GPU
DEFAULT_ENCODER = "classical"
# to search by words; fetched on first use
DEFAULT_TEXT_ENCODER = "videoprism-lvt-base"
