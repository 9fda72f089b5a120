"""Text from strangers comes in here: links, names, folding for search, look-alikes. Pure functions."""

from shared.text.clean import clean_name, clean_text, decode_entities
from shared.text.fold import fold
from shared.text.houses import houses
from shared.text.links import LinkError, parse_link
from shared.text.lookalikes import has_mixed_scripts, skeleton

__all__ = [
    "LinkError",
    "clean_name",
    "clean_text",
    "decode_entities",
    "fold",
    "has_mixed_scripts",
    "houses",
    "parse_link",
    "skeleton",
]
