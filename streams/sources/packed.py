"""Files as byte streams: plain, gzip or zip, told apart by their first bytes and never by their names."""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, NamedTuple, cast

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
BROKEN = (EOFError, OSError, zlib.error, zipfile.BadZipFile)  # what reading a damaged or cut file raises
WIDE = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Part(NamedTuple):
    """One file, or one file inside a zip."""

    name: str
    stream: BinaryIO


def parts(file: BinaryIO, name: str) -> Iterator[Part]:
    """What a file holds, unpacked as it is read; raises one of `BROKEN`."""
    start = file.read(4)
    file.seek(0)
    if start[:2] == GZIP:
        yield Part(name, cast(BinaryIO, gzip.GzipFile(fileobj=file)))
    elif start == ZIP:
        with zipfile.ZipFile(file) as archive:
            for member in sorted(info.filename for info in archive.infolist() if not info.is_dir()):
                with _member(archive, member) as stream:
                    yield Part(f"{name}/{member}", cast(BinaryIO, stream))
    else:
        yield Part(name, file)


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except (RuntimeError, NotImplementedError) as error:  # a password is needed, or another compression
        raise zipfile.BadZipFile(str(error)) from None


def as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The stream without byte order mark; encodings in which a line end is more than one byte (UTF-16, UTF-32) become UTF-8."""
    buffered: Any = stream if hasattr(stream, "peek") else io.BufferedReader(cast(io.RawIOBase, stream))
    start = buffered.peek(4)[:4]
    wide = next((name for mark, name in WIDE if start.startswith(mark)), None)
    if wide is None and encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32")):
        wide = encoding
    if wide is not None:
        return cast(BinaryIO, io.BufferedReader(_Recoder(buffered, wide)))
    if start.startswith(codecs.BOM_UTF8):
        buffered.read(len(codecs.BOM_UTF8))
    return cast(BinaryIO, buffered)


class _Recoder(io.RawIOBase):
    """Text of a wide encoding, read as UTF-8."""

    def __init__(self, stream: Any, encoding: str) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self._left = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and not self._ended:
            chunk = self._stream.read(len(buffer))
            self._ended = not chunk
            self._left = self._decode(chunk, self._ended).encode()
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


class Line(NamedTuple):
    """One physical line with its line end; `whole` is false for the first bytes of a line that is too long."""

    content: bytes
    whole: bool


def lines(stream: BinaryIO, longest: int) -> Iterator[Line]:
    """The lines of a stream, none of them longer than `longest`; the rest of a longer one is passed over."""
    while content := stream.readline(longest + 1):
        if len(content) <= longest:
            yield Line(content, True)
            continue
        rest = content
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(longest + 1)
        yield Line(content, False)
