"""What an operator adds: rules in `rules.toml`, signals in `signals/*.py`. See `docs/standing.md`."""
