"""Questions to ClickHouse that can change nothing: the server itself refuses whatever is not a reading query.

`readonly = 1` also refuses settings inside the query and table functions that reach files or other hosts, so a query may come from
anybody who may see the data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Self

from clickhouse_driver import Client
from clickhouse_driver import errors as driver
from clickhouse_driver.errors import ErrorCodes

from sinks.clickhouse.address import Address, connect
from sinks.clickhouse.errors import InvalidQuery, UnknownTable, classify, sentence

READ_ONLY = {"readonly": 1}
EXCEEDED = frozenset({ErrorCodes.MEMORY_LIMIT_EXCEEDED, ErrorCodes.TIMEOUT_EXCEEDED})  # of a query that has limits of its own

Limits = Mapping[str, object]


class Column(NamedTuple):
    """As the server names and types it."""

    name: str
    type: str


@dataclass(frozen=True)
class Answer:
    """Columns, and rows that are fetched while one goes through them; ask the next question after the last row."""

    columns: tuple[Column, ...]
    rows: Iterator[tuple[Any, ...]]


@dataclass
class Reader:
    """One question at a time. Tables are those of the address's database unless the query names another."""

    address: Address
    _client: Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = connect(self.address, database=self.address.database, server_side_params=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def query(self, sql: str, parameters: Mapping[str, object] | None = None, limits: Limits | None = None) -> Answer:
        """`{name:Type}` in `sql` takes a parameter; `limits` are settings of the server, such as `max_execution_time`.

        Raises `InvalidQuery` with the server's sentence, also where a limit is exceeded; connection errors pass through.
        """
        text, settings = sql.strip().rstrip(";"), {**(limits or {}), **READ_ONLY}
        try:
            packets = self._client.execute_iter(text, dict(parameters or {}), with_column_types=True, settings=settings)
            columns = tuple(Column(*column) for column in next(packets, ()))
        except driver.Error as error:
            raise self._refused(error, limits) from None
        truths = frozenset(index for index, column in enumerate(columns) if column.type == "Bool")
        return Answer(columns, self._rows(packets, truths, limits))

    def close(self) -> None:
        self._client.disconnect()

    def _rows(self, packets: Iterator[tuple[Any, ...]], truths: frozenset[int], limits: Limits | None) -> Iterator[tuple[Any, ...]]:
        try:
            for row in packets:
                # The driver reads some Bool columns as 0 and 1.
                yield tuple(bool(value) if index in truths else value for index, value in enumerate(row)) if truths else row
        except driver.Error as error:
            raise self._refused(error, limits) from None

    def _refused(self, error: driver.Error, limits: Limits | None) -> Exception:
        self._client.disconnect()  # the rest of its answer may still be in the connection
        if isinstance(error, driver.UnknownTypeError):
            return InvalidQuery(f"{sentence(error)}: convert the column in the query, for instance with toString")
        if error.code == ErrorCodes.UNKNOWN_TABLE:
            return UnknownTable(sentence(error))
        exceeded = limits is not None and error.code in EXCEEDED
        return error if classify(error) == "retry" and not exceeded else InvalidQuery(sentence(error))
