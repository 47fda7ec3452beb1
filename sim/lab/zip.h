/* Writes a ZIP archive into memory: files stored as they are, uncompressed, with Unix permissions (APPNOTE.TXT 6.3.3,
 * version 2.0). Enough for a few megabytes of files with plain names; nothing of ZIP64, nothing that fails.
 * Every file has the same date (1980-01-01), so the same files give the same octets. */
#ifndef TEARDOWN_LAB_ZIP_H
#define TEARDOWN_LAB_ZIP_H

#include <glib.h>

typedef struct Zip {
  GString *out; /* borrowed: where the archive is appended, from `start` on */
  gsize start;
  GString *directory; /* the central directory, as far as it is known */
  guint16 count;
} Zip;

void zip_init(Zip *zip, GString *out);
/* Adds a file. `name` has slashes as separators, is relative and UTF-8; `data` is less than 1 GiB (asserted). */
void zip_add(Zip *zip, const char *name, gboolean executable, const char *data, gsize length);
/* Completes the archive and frees what the Zip owns. */
void zip_finish(Zip *zip);

#endif
