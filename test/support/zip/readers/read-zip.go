// Reads archives with archive/zip: prints reader, name in UTF-8 hex, size and CRC-32 of each entry. With a limit of 0 or
// more, it only lists larger entries.
package main

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strconv"
)

func main() {
	limit, err := strconv.ParseInt(os.Args[1], 10, 64)
	check(err)
	for _, path := range os.Args[2:] {
		archive, err := zip.OpenReader(path)
		check(err)
		for _, file := range archive.File {
			if limit >= 0 && file.UncompressedSize64 > uint64(limit) {
				fmt.Printf("%s Go %x %d %d\n", path, file.Name, file.UncompressedSize64, file.CRC32)
				continue
			}
			in, err := file.Open()
			check(err)
			sum := crc32.NewIEEE()
			size, err := io.Copy(sum, in)
			check(err)
			fmt.Printf("%s Go %x %d %d\n", path, file.Name, size, sum.Sum32())
		}
		archive.Close()
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
