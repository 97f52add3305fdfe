"""Stage 1 of ethoprism-small: clips of the simulated lab and their captions.

    ethoprism pretrain contrastive --simulated --out RUN --config FILE  (this one)

Half as many frames as the encoder takes later: drawing the clips takes as long as learning from
them, and twice as many are seen in the same time.
"""

from dataclasses import replace

from ethoprism_core.pretraining import ContrastiveConfig

_laptop = ContrastiveConfig.laptop()
config = replace(
    _laptop,
    frames=6,
    run=replace(_laptop.run, steps=450, batch=64, accumulate=4, save_every=50),
    optimizer=replace(_laptop.optimizer, peak_rate=1e-3, warmup_steps=60),
)
