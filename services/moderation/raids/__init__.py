"""Waves of joins: the door closes, the admins hear of it, the door opens again when it is quiet."""
