/* The three lists a connection keeps, all made of small entries from one pool of its stack, linked by index:
 * the retransmission queue (segments sent and not acknowledged, in order), the marks (where SEND calls ended, for PSH),
 * and the held segments (received beyond a hole). Empty lists cost nothing; nothing is allocated per event once the
 * pool has grown to the need of the run. */
#ifndef TEARDOWN_TCP_TCP_QUEUE_H
#define TEARDOWN_TCP_TCP_QUEUE_H

#include "engine/simtime.h"
#include "tcp/seq.h"
#include "trace/notation.h"

#include <glib.h>
#include <stdint.h>

/* One entry: a sent segment, a mark, or a held range. */
typedef struct TcpEntry {
  Seq seq;
  uint32_t len;     /* octets of data */
  uint32_t next;    /* index in the pool + 1, 0: last */
  TcpFlags flags;   /* SYN, FIN, PSH */
  uint8_t attempts; /* transmissions so far, saturates */
  uint8_t sacked;   /* the peer has it (a SACK block covered it) */
  uint8_t lost;     /* taken for lost, and not sent again yet */
  SimTime sent_at;  /* the last of them */
} TcpEntry;

typedef struct TcpPool {
  TcpEntry *entries;
  uint32_t count, size, free;
} TcpPool;

typedef struct TcpQueue {
  uint32_t head, tail; /* index + 1 */
} TcpQueue;
typedef TcpQueue TcpMarks;
typedef TcpQueue TcpHoles;

void tcp_pool_clear(TcpPool *pool);

/* Sequence numbers an entry occupies. */
static inline uint32_t tcp_entry_seq_len(const TcpEntry *entry) {
  return entry->len + ((entry->flags & TCP_SYN) != 0) + ((entry->flags & TCP_FIN) != 0);
}

/* Entries are valid until the next push or insert on the same pool. NULL when empty. */
static inline TcpEntry *tcp_entry_at(TcpPool *pool, uint32_t index) {
  return index ? &pool->entries[index - 1] : NULL;
}
static inline TcpEntry *tcp_queue_front(TcpPool *pool, const TcpQueue *queue) {
  return tcp_entry_at(pool, queue->head);
}
static inline TcpEntry *tcp_queue_back(TcpPool *pool, const TcpQueue *queue) {
  return tcp_entry_at(pool, queue->tail);
}
static inline TcpEntry *tcp_queue_next(TcpPool *pool, const TcpEntry *entry) {
  return tcp_entry_at(pool, entry->next);
}
TcpEntry *tcp_queue_push(TcpPool *pool, TcpQueue *queue);
void tcp_queue_pop(TcpPool *pool, TcpQueue *queue);
static inline void tcp_queue_clear(TcpPool *pool, TcpQueue *queue) {
  while (queue->head)
    tcp_queue_pop(pool, queue);
}

/* Holds [seq, seq + len), with a FIN behind it if `fin`; ranges are kept sorted and merged. */
void tcp_holes_insert(TcpPool *pool, TcpHoles *held, Seq seq, uint32_t len, gboolean fin);

#endif
