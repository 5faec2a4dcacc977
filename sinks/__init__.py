"""Where results go; imports schemas only."""
