"""The simulated company: a mail-order house for furniture with stores, whose journeys break in ways that are known beforehand.

`generate` writes what ten systems would export, the company's `redthread.yaml`, and `truth.json`: every alert that a right answer holds.
*Calm* traffic keeps every rule by construction; *stories* break one rule (or several that go together), or nearly do.
"""
