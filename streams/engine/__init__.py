"""The only folder that knows what runs the stages."""
