"""Disclosure control: makes tables safe to publish, and attacks them the way a curious insider would.

Numbers and names of cells only: nothing in here knows what a client is, and nothing here imports the rest of
the house.
"""
