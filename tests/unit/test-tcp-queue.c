#include "tcp/tcp_queue.h"

#include <string.h>

/* --- queues ------------------------------------------------------------------------------------------------------- */

static void test_entries_come_back_in_the_order_of_pushing(void) {
  TcpPool pool = {0};
  TcpQueue queue = {0};
  g_assert_null(tcp_queue_front(&pool, &queue));
  g_assert_null(tcp_queue_back(&pool, &queue));
  for (uint32_t i = 0; i < 1000; i++) /* more than the pool starts with: it moves */
    tcp_queue_push(&pool, &queue)->seq = i;
  g_assert_cmpuint(tcp_queue_front(&pool, &queue)->seq, ==, 0);
  g_assert_cmpuint(tcp_queue_back(&pool, &queue)->seq, ==, 999);
  uint32_t wanted = 0;
  for (TcpEntry *e = tcp_queue_front(&pool, &queue); e; e = tcp_queue_next(&pool, e))
    g_assert_cmpuint(e->seq, ==, wanted++);
  g_assert_cmpuint(wanted, ==, 1000);
  for (uint32_t i = 0; i < 1000; i++) {
    g_assert_cmpuint(tcp_queue_front(&pool, &queue)->seq, ==, i);
    tcp_queue_pop(&pool, &queue);
  }
  g_assert_null(tcp_queue_front(&pool, &queue));
  g_assert_null(tcp_queue_back(&pool, &queue));
  tcp_pool_clear(&pool);
}

static void test_new_entry_is_empty_though_its_place_was_used(void) {
  TcpPool pool = {0};
  TcpQueue queue = {0};
  TcpEntry *entry = tcp_queue_push(&pool, &queue);
  memset(entry, 0xff, sizeof *entry);
  entry->next = 0;
  tcp_queue_pop(&pool, &queue);
  entry = tcp_queue_push(&pool, &queue);
  g_assert_cmpuint(entry->seq, ==, 0);
  g_assert_cmpuint(entry->len, ==, 0);
  g_assert_cmpuint(entry->flags, ==, 0);
  g_assert_cmpuint(entry->attempts, ==, 0);
  g_assert_cmpint(entry->sent_at, ==, 0);
  tcp_pool_clear(&pool);
}

static void test_queues_of_one_pool_do_not_mix(void) {
  TcpPool pool = {0};
  TcpQueue odd = {0}, even = {0};
  for (uint32_t i = 0; i < 100; i++)
    tcp_queue_push(&pool, i % 2 ? &odd : &even)->seq = i;
  for (uint32_t i = 0; i < 50; i += 2) {
    g_assert_cmpuint(tcp_queue_front(&pool, &even)->seq, ==, i);
    tcp_queue_pop(&pool, &even);
    tcp_queue_push(&pool, &odd)->seq = 101 + i;
  }
  uint32_t wanted = 1;
  for (TcpEntry *e = tcp_queue_front(&pool, &odd); e; e = tcp_queue_next(&pool, e), wanted += 2)
    g_assert_cmpuint(e->seq, ==, wanted);
  g_assert_cmpuint(wanted, ==, 151);
  wanted = 50;
  for (TcpEntry *e = tcp_queue_front(&pool, &even); e; e = tcp_queue_next(&pool, e), wanted += 2)
    g_assert_cmpuint(e->seq, ==, wanted);
  g_assert_cmpuint(wanted, ==, 100);
  tcp_pool_clear(&pool);
}

static void test_pool_does_not_grow_beyond_what_is_in_use_at_once(void) {
  TcpPool pool = {0};
  TcpQueue queue = {0};
  for (unsigned round = 0; round < 1000; round++) {
    for (unsigned i = 0; i < 10; i++)
      tcp_queue_push(&pool, &queue);
    if (round % 2)
      tcp_queue_clear(&pool, &queue);
    else
      while (tcp_queue_front(&pool, &queue))
        tcp_queue_pop(&pool, &queue);
    tcp_holes_insert(&pool, &queue, 10, 1, FALSE); /* two ranges, then one: the joined one's place is used again */
    tcp_holes_insert(&pool, &queue, 12, 1, FALSE);
    tcp_holes_insert(&pool, &queue, 11, 1, FALSE);
    tcp_queue_clear(&pool, &queue);
  }
  g_assert_cmpuint(pool.count, ==, 10);
  tcp_pool_clear(&pool);
  g_assert_null(pool.entries);
}

static void test_syn_and_fin_take_a_number_each(void) {
  TcpEntry entry = {.len = 5};
  g_assert_cmpuint(tcp_entry_seq_len(&entry), ==, 5);
  entry.flags = TCP_FIN | TCP_PSH;
  g_assert_cmpuint(tcp_entry_seq_len(&entry), ==, 6);
  entry.flags = TCP_SYN | TCP_FIN;
  g_assert_cmpuint(tcp_entry_seq_len(&entry), ==, 7);
}

/* --- held ranges -------------------------------------------------------------------------------------------------- */

/* "1-3 5-6F": the ranges held, both ends included, relative to `base`; F: a FIN comes behind. The caller frees it. */
static char *held_text(TcpPool *pool, const TcpHoles *held, Seq base) {
  GString *text = g_string_new(NULL);
  for (TcpEntry *e = tcp_queue_front(pool, held); e; e = tcp_queue_next(pool, e)) {
    g_string_append_printf(text, "%s%d-%d%s", text->len ? " " : "", seq_diff(e->seq, base),
                           seq_diff(e->seq + e->len, base) - 1, e->flags & TCP_FIN ? "F" : "");
    if (!e->next)
      g_assert_true(e == tcp_queue_back(pool, held));
  }
  return g_string_free(text, FALSE);
}

typedef struct Range {
  uint32_t seq, len;
  gboolean fin;
} Range;

static void assert_holds(const Range *ranges, size_t count, const char *wanted) {
  static const Seq BASES[] = {0, 5000, 0xffffffff, 0xfffffffe, 0xfffffff0, 0x7ffffff8};
  for (size_t base = 0; base < G_N_ELEMENTS(BASES); base++) {
    TcpPool pool = {0};
    TcpHoles held = {0};
    for (size_t i = 0; i < count; i++)
      tcp_holes_insert(&pool, &held, BASES[base] + ranges[i].seq, ranges[i].len, ranges[i].fin);
    g_autofree char *found = held_text(&pool, &held, BASES[base]);
    g_assert_cmpstr(found, ==, wanted);
    tcp_pool_clear(&pool);
  }
}
#define ASSERT_HOLDS(wanted, ...)                                                                                      \
  assert_holds((const Range[]){__VA_ARGS__}, sizeof((const Range[]){__VA_ARGS__}) / sizeof(Range), wanted)

static void test_ranges_apart_stay_apart_and_sorted(void) {
  ASSERT_HOLDS("2-3 10-11 20-20", {10, 2, FALSE}, {20, 1, FALSE}, {2, 2, FALSE});
}

static void test_ranges_that_touch_become_one(void) {
  ASSERT_HOLDS("2-5", {2, 2, FALSE}, {4, 2, FALSE});
  ASSERT_HOLDS("2-5", {4, 2, FALSE}, {2, 2, FALSE});
}

static void test_range_between_two_joins_them(void) {
  ASSERT_HOLDS("2-9", {2, 2, FALSE}, {8, 2, FALSE}, {4, 4, FALSE});
}

static void test_range_over_many_swallows_them(void) {
  ASSERT_HOLDS("1-20", {2, 1, FALSE}, {5, 1, FALSE}, {9, 3, FALSE}, {1, 20, FALSE});
  ASSERT_HOLDS("1-20", {1, 20, FALSE}, {2, 1, FALSE}, {5, 1, FALSE});
}

static void test_fin_belongs_to_the_range_before_it(void) {
  ASSERT_HOLDS("2-5F", {2, 4, FALSE}, {6, 0, TRUE});
  ASSERT_HOLDS("2-5F", {6, 0, TRUE}, {2, 4, FALSE});
  ASSERT_HOLDS("2-3 6-5F", {6, 0, TRUE}, {2, 2, FALSE});
  ASSERT_HOLDS("2-5F", {2, 4, TRUE}, {2, 4, TRUE});
  ASSERT_HOLDS("2-5F", {4, 2, TRUE}, {2, 3, FALSE});
}

/* The slow and obvious way: a mark for each octet. All ranges end at the FIN or before. */
#define OCTETS 64

static char *marks_text(const gboolean *marks, gboolean fin) {
  GString *text = g_string_new(NULL);
  for (int i = 0; i < OCTETS; i++) {
    int from = i;
    while (i < OCTETS && marks[i])
      i++;
    if (i > from)
      g_string_append_printf(text, "%s%d-%d%s", text->len ? " " : "", from, i - 1, fin && i == OCTETS ? "F" : "");
  }
  if (fin && !marks[OCTETS - 1])
    g_string_append_printf(text, "%s%d-%dF", text->len ? " " : "", OCTETS, OCTETS - 1);
  return g_string_free(text, FALSE);
}

static void test_random_ranges_hold_what_a_bitmap_holds(void) {
  TcpPool pool = {0};
  for (unsigned round = 0; round < 2000; round++) {
    Seq base = (Seq)(0u - (uint32_t)g_test_rand_int_range(0, OCTETS + 1));
    gboolean marks[OCTETS] = {FALSE}, fin = FALSE;
    TcpHoles held = {0};
    for (unsigned i = 0; i < 20; i++) {
      uint32_t from = (uint32_t)g_test_rand_int_range(0, OCTETS);
      uint32_t len = (uint32_t)g_test_rand_int_range(1, (int)MIN(12, OCTETS - from) + 1);
      gboolean with_fin = from + len == OCTETS && g_test_rand_int_range(0, 2);
      tcp_holes_insert(&pool, &held, base + from, len, with_fin);
      for (uint32_t j = 0; j < len; j++)
        marks[from + j] = TRUE;
      fin |= with_fin;
      if (i == 10 && round % 3 == 0) { /* a FIN without data */
        tcp_holes_insert(&pool, &held, base + OCTETS, 0, TRUE);
        fin = TRUE;
      }
      g_autofree char *found = held_text(&pool, &held, base), *wanted = marks_text(marks, fin);
      g_assert_cmpstr(found, ==, wanted);
    }
    tcp_queue_clear(&pool, &held);
  }
  g_assert_cmpuint(pool.count, <=, OCTETS / 2 + 2);
  tcp_pool_clear(&pool);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tcp-queue/entries-come-back-in-the-order-of-pushing",
                  test_entries_come_back_in_the_order_of_pushing);
  g_test_add_func("/tcp-queue/new-entry-is-empty-though-its-place-was-used",
                  test_new_entry_is_empty_though_its_place_was_used);
  g_test_add_func("/tcp-queue/queues-of-one-pool-do-not-mix", test_queues_of_one_pool_do_not_mix);
  g_test_add_func("/tcp-queue/pool-does-not-grow-beyond-what-is-in-use-at-once",
                  test_pool_does_not_grow_beyond_what_is_in_use_at_once);
  g_test_add_func("/tcp-queue/syn-and-fin-take-a-number-each", test_syn_and_fin_take_a_number_each);
  g_test_add_func("/tcp-queue/ranges-apart-stay-apart-and-sorted", test_ranges_apart_stay_apart_and_sorted);
  g_test_add_func("/tcp-queue/ranges-that-touch-become-one", test_ranges_that_touch_become_one);
  g_test_add_func("/tcp-queue/range-between-two-joins-them", test_range_between_two_joins_them);
  g_test_add_func("/tcp-queue/range-over-many-swallows-them", test_range_over_many_swallows_them);
  g_test_add_func("/tcp-queue/fin-belongs-to-the-range-before-it", test_fin_belongs_to_the_range_before_it);
  g_test_add_func("/tcp-queue/random-ranges-hold-what-a-bitmap-holds", test_random_ranges_hold_what_a_bitmap_holds);
  return g_test_run();
}
