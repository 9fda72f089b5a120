"""The API: what programs and the page's own script can ask."""
