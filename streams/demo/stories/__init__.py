"""One module per group of rules: what breaks them, and what nearly does."""
