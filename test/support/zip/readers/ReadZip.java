import java.io.*;
import java.util.zip.*;

/** Reads archives with ZipFile and with ZipInputStream: prints reader, name in UTF-8 hex, size and CRC-32 of each entry. */
public class ReadZip {
  public static void main(String[] paths) throws Exception {
    for (String path : paths) {
      try (ZipFile file = new ZipFile(path)) {
        for (var entries = file.entries(); entries.hasMoreElements();) {
          ZipEntry entry = entries.nextElement();
          try (InputStream in = file.getInputStream(entry)) {
            print(path, "ZipFile", entry, in);
          }
        }
      }
      try (ZipInputStream in = new ZipInputStream(new BufferedInputStream(new FileInputStream(path)))) {
        for (ZipEntry entry; (entry = in.getNextEntry()) != null;) print(path, "ZipInputStream", entry, in);
      }
    }
  }

  static void print(String path, String reader, ZipEntry entry, InputStream in) throws IOException {
    CRC32 sum = new CRC32();
    long size = 0;
    byte[] buffer = new byte[1 << 16];
    for (int n; (n = in.read(buffer)) > 0; size += n) sum.update(buffer, 0, n);
    StringBuilder name = new StringBuilder();
    for (byte b : entry.getName().getBytes("UTF-8")) name.append(String.format("%02x", b));
    System.out.println(path + " " + reader + " " + name + " " + size + " " + sum.getValue());
  }
}
