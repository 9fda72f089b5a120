"""Lists of people who should not be here: files of ids, and lists shared between operators."""
