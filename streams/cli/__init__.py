"""The redthread command."""
