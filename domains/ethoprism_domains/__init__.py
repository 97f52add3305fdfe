"""Labels and their meaning: annotation, formats, probes, evaluation, domain adapters."""
