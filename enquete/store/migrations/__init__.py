"""Numbered steps of the schema, one transaction each, in the portable subset of SQL."""
