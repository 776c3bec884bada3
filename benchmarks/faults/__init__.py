"""Bad input, given to other tools as well."""
