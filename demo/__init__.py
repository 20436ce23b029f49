"""A demonstration that leaves nothing behind: ``make demo``."""
