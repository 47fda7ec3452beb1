#include "lab/variant.h"

#include <string.h>

static void hmac_field(GHmac *hmac, const char *text) {
  g_hmac_update(hmac, (const guchar *)text, (gssize)strlen(text) + 1); /* the NUL keeps fields apart */
}

/* HMAC-SHA-256 of the fields; none of them holds a NUL, so different fields are different messages. */
static void hash(const char *secret, const char *lab, const char *student, const char *purpose, guint8 ret_hash[32]) {
  gsize length = 32;
  GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret));
  hmac_field(hmac, "teardown-lab-1");
  hmac_field(hmac, lab);
  hmac_field(hmac, student);
  hmac_field(hmac, purpose);
  g_hmac_get_digest(hmac, ret_hash, &length);
  g_assert(length == 32);
  g_hmac_unref(hmac);
}

void variant_code(const char *secret, const char *lab, const char *student, char ret_code[VARIANT_CODE_SIZE]) {
  static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  guint8 octets[32];
  uint64_t bits = 0;
  hash(secret, lab, student, "code", octets);
  for (unsigned i = 0; i < 5; i++)
    bits = bits << 8 | octets[i];
  for (unsigned i = 0, at = 0; i < 8; i++) {
    if (i == 4)
      ret_code[at++] = '-';
    ret_code[at++] = alphabet[bits >> (35 - 5 * i) & 31];
  }
  ret_code[VARIANT_CODE_SIZE - 1] = 0;
}

/* The next character that counts, as it was meant; 0 at the end. */
static char next_of_code(const char **text) {
  while (**text == '-' || **text == ' ')
    (*text)++;
  if (!**text)
    return 0;
  char c = g_ascii_toupper(*(*text)++);
  return c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
}

gboolean variant_code_equal(const char *a, const char *b) {
  char x, y;
  do {
    x = next_of_code(&a);
    y = next_of_code(&b);
  } while (x && x == y);
  return x == y;
}

void variant_stream_init(VariantStream *stream, const char *secret, const char *lab, const char *student,
                         const char *purpose) {
  hash(secret, lab, student, purpose, stream->key);
  stream->block = 0;
  stream->used = sizeof stream->octets;
}

static uint32_t next_word(VariantStream *stream) {
  uint32_t word = 0;
  for (unsigned i = 0; i < 4; i++) {
    if (stream->used == sizeof stream->octets) {
      guint8 counter[8];
      gsize length = sizeof stream->octets;
      for (unsigned k = 0; k < 8; k++)
        counter[k] = (guint8)(stream->block >> (56 - 8 * k));
      stream->block++;
      GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, stream->key, sizeof stream->key);
      g_hmac_update(hmac, counter, sizeof counter);
      g_hmac_get_digest(hmac, stream->octets, &length);
      g_hmac_unref(hmac);
      stream->used = 0;
    }
    word = word << 8 | stream->octets[stream->used++];
  }
  return word;
}

uint32_t variant_below(VariantStream *stream, uint32_t n) {
  g_assert(n > 0);
  uint32_t skip = (UINT32_MAX - n + 1) % n, word; /* 2^32 mod n: the words that would favour small numbers */
  do
    word = next_word(stream);
  while (word < skip);
  return word % n;
}

uint32_t *variant_shuffle(VariantStream *stream, uint32_t n) {
  uint32_t *order = g_new(uint32_t, MAX(n, 1));
  for (uint32_t i = 0; i < n; i++)
    order[i] = i;
  for (uint32_t i = n; i > 1; i--) {
    uint32_t k = variant_below(stream, i), swap = order[i - 1];
    order[i - 1] = order[k];
    order[k] = swap;
  }
  return order;
}

gboolean variant_is_student(const char *text) {
  size_t length = strlen(text);
  return length >= 1 && length <= 64 && text[0] != '.' && text[0] != '-' &&
         strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@+-") == length;
}
