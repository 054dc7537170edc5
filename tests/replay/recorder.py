"""Writes recordings: documents of the page as files, named after the moment of each."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tests.factories import Document, encode


def stamp(moment: datetime) -> str:
    """Return *moment* as archives name their files."""
    return f"{moment:%Y-%m-%dT%H-%M-%SZ}"


def record(folder: Path, moment: datetime, document: Document, *, compressed: bool = False) -> Path:
    """Write *document* as what the page said at *moment*."""
    folder.mkdir(exist_ok=True)
    body = encode(document)
    path = folder / f"{stamp(moment)}.json{'.gz' if compressed else ''}"
    path.write_bytes(gzip.compress(body) if compressed else body)
    return path


def write_timeline(path: Path, incidents: Iterable[Document]) -> Path:
    """Write *incidents* one a line, compressed if *path* ends so."""
    body = "".join(json.dumps(incident) + "\n" for incident in incidents).encode()
    path.write_bytes(gzip.compress(body) if path.name.endswith(".gz") else body)
    return path
