"""Much at once: a gigabyte of dumps through ingest, dedupe, pairs and export, with what that takes of time and memory."""
