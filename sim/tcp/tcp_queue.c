#include "tcp/tcp_queue.h"

#define POOL_START 16

void tcp_pool_clear(TcpPool *pool) {
  g_free(pool->entries);
  *pool = (TcpPool){0};
}

static uint32_t pool_take(TcpPool *pool) {
  if (pool->free) {
    uint32_t index = pool->free;
    pool->free = pool->entries[index - 1].next;
    return index;
  }
  if (pool->count == pool->size) {
    pool->size = MAX(POOL_START, 2 * pool->size);
    pool->entries = g_renew(TcpEntry, pool->entries, pool->size);
  }
  return ++pool->count;
}

static void pool_give(TcpPool *pool, uint32_t index) {
  pool->entries[index - 1].next = pool->free;
  pool->free = index;
}

TcpEntry *tcp_queue_push(TcpPool *pool, TcpQueue *queue) {
  uint32_t index = pool_take(pool);
  TcpEntry *entry = tcp_entry_at(pool, index);
  *entry = (TcpEntry){0};
  if (queue->tail)
    tcp_entry_at(pool, queue->tail)->next = index;
  else
    queue->head = index;
  queue->tail = index;
  return entry;
}

void tcp_queue_pop(TcpPool *pool, TcpQueue *queue) {
  uint32_t index = queue->head;
  g_assert(index);
  queue->head = tcp_entry_at(pool, index)->next;
  if (!queue->head)
    queue->tail = 0;
  pool_give(pool, index);
}

/* Joins `entry` with the ranges after it that it touches or overlaps. */
static void absorb_followers(TcpPool *pool, TcpHoles *held, uint32_t index) {
  TcpEntry *entry = tcp_entry_at(pool, index);
  while (entry->next) {
    uint32_t follower_index = entry->next;
    TcpEntry *follower = tcp_entry_at(pool, follower_index);
    if (seq_gt(follower->seq, entry->seq + entry->len))
      return;
    Seq end = seq_max(entry->seq + entry->len, follower->seq + follower->len);
    entry->len = end - entry->seq;
    entry->flags |= follower->flags;
    entry->next = follower->next;
    if (held->tail == follower_index)
      held->tail = index;
    pool_give(pool, follower_index);
  }
}

void tcp_holes_insert(TcpPool *pool, TcpHoles *held, Seq seq, uint32_t len, gboolean fin) {
  uint32_t before = 0;
  for (uint32_t i = held->head; i && seq_le(tcp_entry_at(pool, i)->seq, seq); i = tcp_entry_at(pool, i)->next)
    before = i;
  if (before) {
    TcpEntry *entry = tcp_entry_at(pool, before);
    if (seq_ge(entry->seq + entry->len, seq)) { /* touches the range before it */
      Seq end = seq_max(entry->seq + entry->len, seq + len);
      entry->len = end - entry->seq;
      entry->flags |= fin ? TCP_FIN : 0;
      absorb_followers(pool, held, before);
      return;
    }
  }
  uint32_t index = pool_take(pool);
  TcpEntry *entry = tcp_entry_at(pool, index);
  *entry = (TcpEntry){.seq = seq, .len = len, .flags = fin ? TCP_FIN : 0};
  if (before) {
    entry->next = tcp_entry_at(pool, before)->next;
    tcp_entry_at(pool, before)->next = index;
  } else {
    entry->next = held->head;
    held->head = index;
  }
  if (held->tail == before)
    held->tail = index;
  absorb_followers(pool, held, index);
}
