"""The rows of the log: records as text, and the checksums that show what was changed by hand.

SQLite's own check calls a flipped bit in a text "ok", and a deleted or renumbered row as well.
"""

import zlib
from collections.abc import Iterator

import msgspec

from gateway.store import Batch, Record, StoreError
from twins.instant import Instant
from twins.records import encode_record

Row = tuple[int, int, Instant, str, str, str, int]
"""seq, batch, now, direction, type, body, checksum: the columns of `log` in their order."""


def rows_of(batch: Batch, after: int) -> list[Row]:
    """Return the rows of a batch, numbered above `after`.

    Raises:
        StoreError: a record cannot be written as JSON.
    """
    try:
        return list(_rows(batch, after))
    except (UnicodeError, OverflowError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise StoreError(f"a record of batch {batch.number} cannot be written: {error}") from error


def row_checksum(*columns: object) -> int:
    """Return the CRC-32 of a row: of every column that stands before the checksum."""
    return zlib.crc32(" ".join(map(str, columns)).encode(errors="backslashreplace"))


def _rows(batch: Batch, after: int) -> Iterator[Row]:
    sided: list[tuple[str, Record]] = [("input", one) for one in batch.inputs]
    sided += [("output", one) for one in batch.outputs]
    for seq, (direction, record) in enumerate(sided, start=after + 1):
        name, body = encode_record(record)
        columns = (seq, batch.number, batch.now, direction, name, body.decode())
        yield *columns, row_checksum(*columns)
