"""Decisions of moderation: pure, without clock, random or IO."""
