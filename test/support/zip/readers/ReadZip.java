import java.io.*;
import java.util.*;
import java.util.zip.*;

/**
 * Reads archives with ZipFile and with ZipInputStream: prints reader, name in UTF-8 hex, size and CRC-32 of each entry.
 * With a limit of 0 or more, ZipFile alone reads, and it only lists larger entries.
 */
public class ReadZip {
  public static void main(String[] args) throws Exception {
    long limit = Long.parseLong(args[0]);
    for (String path : Arrays.copyOfRange(args, 1, args.length)) {
      try (ZipFile file = new ZipFile(path)) {
        for (var entries = file.entries(); entries.hasMoreElements();) {
          ZipEntry entry = entries.nextElement();
          if (limit >= 0 && entry.getSize() > limit) {
            print(path, "ZipFile", entry, entry.getSize(), entry.getCrc());
            continue;
          }
          try (InputStream in = file.getInputStream(entry)) {
            print(path, "ZipFile", entry, in);
          }
        }
      }
      if (limit >= 0) continue;
      try (ZipInputStream in = new ZipInputStream(new BufferedInputStream(new FileInputStream(path), 1 << 16))) {
        for (ZipEntry entry; (entry = in.getNextEntry()) != null;) print(path, "ZipInputStream", entry, in);
      }
    }
  }

  static void print(String path, String reader, ZipEntry entry, InputStream in) throws IOException {
    CRC32 sum = new CRC32();
    long size = 0;
    byte[] buffer = new byte[1 << 16];
    for (int n; (n = in.read(buffer)) > 0; size += n) sum.update(buffer, 0, n);
    print(path, reader, entry, size, sum.getValue());
  }

  static void print(String path, String reader, ZipEntry entry, long size, long sum) throws IOException {
    StringBuilder name = new StringBuilder();
    for (byte b : entry.getName().getBytes("UTF-8")) name.append(String.format("%02x", b));
    System.out.println(path + " " + reader + " " + name + " " + size + " " + sum);
  }
}
