"""What travels between the stages and what people write; imports nothing else of ours."""
