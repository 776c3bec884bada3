"""Bytes that nobody would write, for the rooms that read what others wrote: `make fuzz SECONDS=60`."""
