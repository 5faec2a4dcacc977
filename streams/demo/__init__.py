"""The simulated company with planted breaks."""
