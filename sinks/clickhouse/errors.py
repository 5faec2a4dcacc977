"""What can go wrong with ClickHouse, and what the sink does about it.

    ClickHouseError
    ├── MigrationError       the schema in the server is not the one of this version
    ├── ServerError          an embedded server does not start, or its folder is in use
    ├── InvalidAddress       a URL that names no server
    └── InvalidQuery         the server refuses a query; the message is the server's

`OUTCOMES` classifies the server's error codes once: *retry* is worth waiting for, *split* means that a row of the batch is at fault, and
everything else stops the worker before it acknowledges anything. Whatever is not in the table is unknown, therefore permanent.
"""

from collections.abc import Mapping
from typing import Literal

from clickhouse_driver import errors as driver

Outcome = Literal["retry", "split", "stop"]


class ClickHouseError(Exception):
    """The root of this tree."""


class MigrationError(ClickHouseError):
    """The schema cannot be brought up to date."""


class ServerError(ClickHouseError):
    """An embedded server cannot be used."""


class InvalidAddress(ClickHouseError, ValueError):
    """What people wrote names no server."""


class InvalidQuery(ClickHouseError, ValueError):
    """A query that the server refuses."""


class UnknownTable(InvalidQuery):
    """A table or view that is not there, or not yet."""


OUTCOMES: Mapping[int, Outcome] = {
    # The server or the way to it is busy, starting, stopping or full: the same batch can succeed later.
    3: "retry",  # UNEXPECTED_END_OF_FILE: the server died while it answered
    32: "retry",  # ATTEMPT_TO_READ_AFTER_EOF
    74: "retry",  # CANNOT_READ_FROM_FILE_DESCRIPTOR
    75: "retry",  # CANNOT_WRITE_TO_FILE_DESCRIPTOR
    95: "retry",  # CANNOT_READ_FROM_SOCKET
    96: "retry",  # CANNOT_WRITE_TO_SOCKET
    101: "retry",  # UNEXPECTED_PACKET_FROM_CLIENT: what is left of a connection that broke
    102: "retry",  # UNEXPECTED_PACKET_FROM_SERVER
    159: "retry",  # TIMEOUT_EXCEEDED
    160: "retry",  # TOO_SLOW
    202: "retry",  # TOO_MANY_SIMULTANEOUS_QUERIES
    203: "retry",  # NO_FREE_CONNECTION
    209: "retry",  # SOCKET_TIMEOUT
    210: "retry",  # NETWORK_ERROR
    225: "retry",  # NO_ZOOKEEPER
    236: "retry",  # ABORTED
    241: "retry",  # MEMORY_LIMIT_EXCEEDED: shared with other queries
    242: "retry",  # TABLE_IS_READ_ONLY: a replica that lost its Keeper
    243: "retry",  # NOT_ENOUGH_SPACE
    244: "retry",  # UNEXPECTED_ZOOKEEPER_ERROR
    252: "retry",  # TOO_MANY_PARTS: merges have to catch up
    279: "retry",  # ALL_CONNECTION_TRIES_FAILED
    285: "retry",  # TOO_FEW_LIVE_REPLICAS
    286: "retry",  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
    298: "retry",  # CANNOT_PIPE
    319: "retry",  # UNKNOWN_STATUS_OF_INSERT: the token makes the repetition safe
    364: "retry",  # IP_ADDRESS_NOT_ALLOWED while a load balancer moves
    394: "retry",  # QUERY_WAS_CANCELLED
    425: "retry",  # SYSTEM_ERROR
    439: "retry",  # CANNOT_SCHEDULE_TASK
    473: "retry",  # DEADLOCK_AVOIDED
    499: "retry",  # S3_ERROR
    574: "retry",  # DISTRIBUTED_TOO_MANY_PENDING_BYTES
    745: "retry",  # SERVER_OVERLOADED
    999: "retry",  # KEEPER_EXCEPTION
    1000: "retry",  # POCO_EXCEPTION
    # One row of the batch is not what its columns take.
    6: "split",  # CANNOT_PARSE_TEXT
    27: "split",  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
    38: "split",  # CANNOT_PARSE_DATE
    41: "split",  # CANNOT_PARSE_DATETIME
    53: "split",  # TYPE_MISMATCH
    69: "split",  # ARGUMENT_OUT_OF_BOUND
    70: "split",  # CANNOT_CONVERT_TYPE
    72: "split",  # CANNOT_PARSE_NUMBER
    117: "split",  # INCORRECT_DATA
    131: "split",  # TOO_LARGE_STRING_SIZE
    321: "split",  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    349: "split",  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    376: "split",  # CANNOT_PARSE_UUID
    395: "split",  # FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: a check in the insert itself
    407: "split",  # DECIMAL_OVERFLOW
    467: "split",  # CANNOT_PARSE_BOOL
    469: "split",  # VIOLATED_CONSTRAINT
    # Permanent; listed so that reading the table answers the question.
    16: "stop",  # NO_SUCH_COLUMN_IN_TABLE: migrate
    36: "stop",  # BAD_ARGUMENTS
    47: "stop",  # UNKNOWN_IDENTIFIER
    60: "stop",  # UNKNOWN_TABLE: migrate
    62: "stop",  # SYNTAX_ERROR
    81: "stop",  # UNKNOWN_DATABASE: migrate
    115: "stop",  # UNKNOWN_SETTING: the server is too old
    164: "stop",  # READONLY
    192: "stop",  # UNKNOWN_USER
    193: "stop",  # WRONG_PASSWORD
    497: "stop",  # ACCESS_DENIED
    516: "stop",  # AUTHENTICATION_FAILED
}
# The driver raises these when the connection breaks, is refused, or answers with half a packet; all of them leave the batch unharmed.
GONE = (driver.NetworkError, driver.SocketTimeoutError, driver.PartiallyConsumedQueryError, EOFError)
_CONNECTION = (*GONE, OSError)
UNANSWERED = (driver.Error, *_CONNECTION)  # what a reader lets through: the server is away, busy or full


def classify(error: Exception) -> Outcome:
    """What the sink does after this error."""
    if isinstance(error, _CONNECTION):
        return "retry"
    return OUTCOMES.get(error.code, "stop") if isinstance(error, driver.Error) else "stop"


def sentence(error: Exception) -> str:
    """The server's message without its class, the place in its plan, and its stack trace."""
    text = str(getattr(error, "message", "") or error) or type(error).__name__
    for tail in ("Stack trace:", ": while executing", ": While executing", "\n\n"):
        text = text.partition(tail)[0]
    return text.removeprefix("DB::Exception: ").strip()
