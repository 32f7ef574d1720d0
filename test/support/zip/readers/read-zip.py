"""Reads archives with zipfile: prints reader, name in UTF-8 hex, size and CRC-32 of each entry.

With a limit of 0 or more, it only lists larger entries.
"""
import sys
import zipfile
import zlib

limit = int(sys.argv[1])
for path in sys.argv[2:]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            size, total = 0, 0
            if 0 <= limit < info.file_size:
                size, total = info.file_size, info.CRC
            else:
                with archive.open(info) as stream:
                    while chunk := stream.read(1 << 20):
                        size, total = size + len(chunk), zlib.crc32(chunk, total)
            print(path, "Python", info.filename.encode().hex(), size, total)
