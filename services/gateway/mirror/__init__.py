"""A signed copy of the public site as static files, which opens without a server or a network."""
