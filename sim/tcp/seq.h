/* Sequence number arithmetic modulo 2^32 (RFC 9293 3.4). All comparisons are meaningful for distances below 2^31 only;
 * SEG.LEN counts SYN and FIN. Includes nothing of ours. */
#ifndef TEARDOWN_TCP_SEQ_H
#define TEARDOWN_TCP_SEQ_H

#include <stdint.h>

typedef uint32_t Seq;

static inline int32_t seq_diff(Seq a, Seq b) {
  return (int32_t)(a - b);
}
static inline int seq_lt(Seq a, Seq b) {
  return seq_diff(a, b) < 0;
}
static inline int seq_le(Seq a, Seq b) {
  return seq_diff(a, b) <= 0;
}
static inline int seq_gt(Seq a, Seq b) {
  return seq_diff(a, b) > 0;
}
static inline int seq_ge(Seq a, Seq b) {
  return seq_diff(a, b) >= 0;
}
/* a in [from, from + len): exact for every len, also above 2^31. */
static inline int seq_in(Seq a, Seq from, uint32_t len) {
  return a - from < len;
}
static inline Seq seq_max(Seq a, Seq b) {
  return seq_lt(a, b) ? b : a;
}
static inline Seq seq_min(Seq a, Seq b) {
  return seq_lt(a, b) ? a : b;
}

#endif
