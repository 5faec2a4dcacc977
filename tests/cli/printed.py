"""What a command printed."""


def lines(result):
    """What was printed, without the blanks that fill up columns."""
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())
