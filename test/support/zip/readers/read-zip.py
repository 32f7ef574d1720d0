"""Reads archives with zipfile: prints reader, name in UTF-8 hex, size and CRC-32 of each entry."""
import sys
import zipfile
import zlib

for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            size, total = 0, 0
            with archive.open(info) as stream:
                while chunk := stream.read(1 << 20):
                    size, total = size + len(chunk), zlib.crc32(chunk, total)
            print(path, "Python", info.filename.encode().hex(), size, total)
