"""The shapes a rule can have, one file for each."""
