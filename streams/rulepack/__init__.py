"""The rules that are shipped, with their fixtures."""
