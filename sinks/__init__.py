"""Where results go; imports schemas only."""

import os

# Else clickhouse-driver makes 300,000 dates whenever it is imported, a fifth of a second for every command. What it is set to is a range of
# dates to make at once; this is none.
os.environ.setdefault("CLICKHOUSE_DRIVER_LASY_DATE_LUT", "none")
