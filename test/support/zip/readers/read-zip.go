// Reads archives with archive/zip: prints reader, name in UTF-8 hex, size and CRC-32 of each entry.
package main

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

func main() {
	for _, path := range os.Args[1:] {
		archive, err := zip.OpenReader(path)
		check(err)
		for _, file := range archive.File {
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
