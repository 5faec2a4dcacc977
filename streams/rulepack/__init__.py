"""The rules that ship, the stories that prove them, and what runs such stories for any company's rules."""
