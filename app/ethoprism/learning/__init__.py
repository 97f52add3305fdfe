"""What a project learns: its videos are embedded, a probe is trained on what is coded and predicts.

Everything is kept in the project's folder: ``features/<encoder>/<video>.zarr``,
``probes/<name>.safetensors`` with its card, ``predictions/<probe>/<video>.nc`` and ``.csv``.

The modules are imported one by one: `project_work`, `estimating` and `review_queue` load JAX and
scikit-learn, which a window leaves to the processes of its jobs; the others are light.
"""
