"""The field of animal behaviour: its public sets and its habits with them."""
