"""Flags of listings: a catalogue of white-red-white flags with emblems of our own drawing."""

from shared.flags.catalogue import CATALOGUE, DEFAULT, Flag, is_flag, svg

__all__ = ["CATALOGUE", "DEFAULT", "Flag", "is_flag", "svg"]
