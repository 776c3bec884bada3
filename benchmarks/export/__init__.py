"""How fast an export is beside plain json.dumps."""
