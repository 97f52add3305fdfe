"""A file's bytes, text, JSON or XML, of bounded size, with nothing in it that could do harm."""

import gzip
import json
import re
import zlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ethoprism_core.errors import EthoprismError

MOST_BYTES = 1 << 28  # a label file of a quarter of a gigabyte is none
_CHUNK = 1 << 20
_HEAD_BYTES = 1 << 16
_DEEPEST = 64
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_bytes(path: Path) -> bytes:
    """Read a file whole, unpacked if it is gzip.

    Raises
    ------
    EthoprismError
        If it cannot be read, or holds more than `MOST_BYTES`.
    """
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if zipped else path.open("rb") as file:
            parts, size = [], 0
            while part := file.read(_CHUNK):
                size += len(part)
                if size > MOST_BYTES:
                    told = f"more than {MOST_BYTES >> 20} MiB"
                    raise EthoprismError(told, path, "check that it is a label file")
                parts.append(part)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise EthoprismError("damaged gzip file", path, "copy or export it again") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "check the path") from error
    return b"".join(parts)


def read_head(path: Path) -> bytes:
    """Read a file's first bytes, unpacked if it is gzip.

    Raises
    ------
    EthoprismError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return unpack_head(file.read(_HEAD_BYTES))
    except OSError as error:
        reason = error.strerror or str(error)
        raise EthoprismError(f"cannot read ({reason})", path, "check the path") from error


def unpack_head(head: bytes) -> bytes:
    """Unpack the first bytes of a file as far as they go, if it is gzip."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 1 << 16)
    except zlib.error:
        return b""


def read_text(path: Path, otherwise: str | None = None) -> str:
    """Read text: UTF-8, or UTF-16 with its mark.

    Parameters
    ----------
    otherwise
        How text is encoded that is neither, such as ``latin-1``; refused if not given.

    Raises
    ------
    EthoprismError
        If it cannot be read, is empty, or is no such text.
    """
    content = read_bytes(path)
    try:
        text = content.decode(codec_of(content))
    except UnicodeDecodeError as error:
        if otherwise is not None:
            return content.decode(otherwise)
        raise EthoprismError(
            f"the file is not UTF-8 text (byte {error.start})",
            path,
            'save it as "CSV UTF-8" or UTF-8',
        ) from error
    if not text.strip():
        raise EthoprismError("the file is empty", path, "export it again")
    return text


def codec_of(content: bytes) -> str:
    """Tell how a text is encoded: UTF-8, or what its first bytes say."""
    return next((name for bom, name in _BOMS.items() if content.startswith(bom)), "utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    EthoprismError
        If it is none; it names the line.
    """
    text = read_text(path)
    try:
        content = json.loads(text)
        if _HALF_CHARACTER.search(text):
            json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}"
        raise EthoprismError(f"not JSON ({error.msg})", where, "export it again") from error
    except UnicodeEncodeError as error:
        raise EthoprismError("half a character in a text", path, "export it again") from error
    except (RecursionError, ValueError) as error:
        raise EthoprismError("JSON beyond all measure", path, "export it again") from error
    return content


def read_xml(path: Path) -> Element:
    """Read an XML file; document types are refused, for entities can be bombs.

    Raises
    ------
    EthoprismError
        If it is no XML, or has a document type; it names the line.
    """
    content = read_bytes(path)
    parser, builder = expat.ParserCreate(), TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise EthoprismError("XML nested beyond all measure", path, "export it again")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise EthoprismError("XML with a document type", path, "take out the line <!DOCTYPE")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        where = f"{path}, line {parser.CurrentLineNumber}"
        raise EthoprismError(f"not XML ({error})", where, "export it again") from error
    return builder.close()
