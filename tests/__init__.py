"""One file per module; a test reads as a sentence about what blogarc does."""
