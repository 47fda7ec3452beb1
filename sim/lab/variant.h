/* What differs from student to student, drawn by a keyed hash: HMAC-SHA-256 under the course's secret of the lab's
 * name, the student and a purpose. The same inputs give the same draw, on every machine and for ever; without the
 * secret nobody can tell another's. */
#ifndef TEARDOWN_LAB_VARIANT_H
#define TEARDOWN_LAB_VARIANT_H

#include <glib.h>
#include <stdint.h>

/* What is used where a course has no secret of its own: variants differ, but anybody can compute them. */
#define VARIANT_DEFAULT_SECRET "teardown-without-a-secret"

/* "K7QF-2M9X": 40 bits, in an alphabet without I, L, O, U. */
#define VARIANT_CODE_SIZE 10
void variant_code(const char *secret, const char *lab, const char *student, char ret_code[VARIANT_CODE_SIZE]);
/* Whether two codes are the same, as people copy them: case, dashes and spaces do not count, O is 0, I and L are 1. */
gboolean variant_code_equal(const char *a, const char *b);

/* A stream of numbers for one purpose ("draw 3", "shuffle q2"). */
typedef struct VariantStream {
  guint8 key[32]; /* HMAC of the secret and the purpose */
  uint64_t block; /* of 32 octets */
  guint8 octets[32];
  unsigned used;
} VariantStream;
void variant_stream_init(VariantStream *stream, const char *secret, const char *lab, const char *student,
                         const char *purpose);
/* A number in [0, n), every one as likely; n at least 1. */
uint32_t variant_below(VariantStream *stream, uint32_t n);
/* A permutation of 0 to n - 1; to be freed. */
uint32_t *variant_shuffle(VariantStream *stream, uint32_t n);

/* Whether `text` may name a student: 1 to 64 of A-Z a-z 0-9 . _ @ + -, not beginning with a dot or dash. So it is a
 * safe name of a folder. */
gboolean variant_is_student(const char *text);

#endif
