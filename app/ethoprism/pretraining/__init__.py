"""Training an encoder on one's own footage: what `ethoprism pretrain` does.

`recipe` says what to train, `gathering` what on, `teachers` who is learned from, `running` does it.
"""
