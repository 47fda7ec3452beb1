#include "lab/zip.h"

#include <string.h>

#define VERSION      20
#define MADE_BY_UNIX (3 << 8 | VERSION)
#define FLAG_UTF8    0x0800
#define DATE         0x0021 /* 1980-01-01; the time is 0 */

static void put16(GString *out, guint32 value) {
  g_string_append_c(out, (char)(value & 0xFF));
  g_string_append_c(out, (char)(value >> 8 & 0xFF));
}

static void put32(GString *out, guint32 value) {
  put16(out, value & 0xFFFF);
  put16(out, value >> 16);
}

/* CRC-32 of IEEE 802.3, a bit at a time: archives are small. */
static guint32 crc32_of(const char *data, gsize length) {
  guint32 crc = 0xFFFFFFFF;
  for (gsize i = 0; i < length; i++) {
    crc ^= (guchar)data[i];
    for (unsigned bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

void zip_init(Zip *zip, GString *out) {
  *zip = (Zip){.out = out, .start = out->len, .directory = g_string_new(NULL)};
}

/* What the local header and the entry of the directory share. */
static void put_common(GString *out, const char *name, guint32 crc, gsize length) {
  put16(out, VERSION);
  put16(out, FLAG_UTF8);
  put16(out, 0); /* stored */
  put16(out, 0);
  put16(out, DATE);
  put32(out, crc);
  put32(out, (guint32)length);
  put32(out, (guint32)length);
  put16(out, (guint32)strlen(name));
  put16(out, 0); /* no extra field */
}

void zip_add(Zip *zip, const char *name, gboolean executable, const char *data, gsize length) {
  guint32 crc = crc32_of(data, length);
  guint32 offset = (guint32)(zip->out->len - zip->start);
  g_assert(length < 1u << 30 && zip->out->len - zip->start < 1u << 30 && zip->count < G_MAXUINT16);
  g_assert(name[0] != '/' && strlen(name) < G_MAXUINT16);
  put32(zip->out, 0x04034B50);
  put_common(zip->out, name, crc, length);
  g_string_append(zip->out, name);
  g_string_append_len(zip->out, data, (gssize)length);

  put32(zip->directory, 0x02014B50);
  put16(zip->directory, MADE_BY_UNIX);
  put_common(zip->directory, name, crc, length);
  put16(zip->directory, 0); /* no comment */
  put16(zip->directory, 0); /* first disk */
  put16(zip->directory, 0);
  put32(zip->directory, (guint32)(executable ? 0100755 : 0100644) << 16);
  put32(zip->directory, offset);
  g_string_append(zip->directory, name);
  zip->count++;
}

void zip_finish(Zip *zip) {
  guint32 offset = (guint32)(zip->out->len - zip->start);
  g_string_append_len(zip->out, zip->directory->str, (gssize)zip->directory->len);
  put32(zip->out, 0x06054B50);
  put16(zip->out, 0);
  put16(zip->out, 0);
  put16(zip->out, zip->count);
  put16(zip->out, zip->count);
  put32(zip->out, (guint32)zip->directory->len);
  put32(zip->out, offset);
  put16(zip->out, 0);
  g_string_free(zip->directory, TRUE);
  zip->directory = NULL;
}
