"""What the company's systems export: ten systems, each with its own format, zone, words and idea of who a customer is."""
