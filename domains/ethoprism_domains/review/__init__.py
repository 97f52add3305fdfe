"""Which predictions a person should look at first: doubtful ones, and unlike one another.

`doubt` and `missed` list candidates with how doubtful each is and why, `vectors` says what they
look like to the encoder, and `queueing` puts them in an order in which each is worth the look.
Modules are imported one by one: `candidates` alone is light.
"""
