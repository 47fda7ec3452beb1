#include "tcp/seq.h"

#include <glib.h>

/* Places on the circle where arithmetic modulo 2^32 goes wrong if it goes wrong anywhere. */
static const Seq places[] = {0, 1, 1000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffc18, 0xfffffffe, 0xffffffff};

static void test_earlier_and_later_hold_at_every_place_of_the_circle(void) {
  static const uint32_t distances[] = {1, 2, 1460, 65535, 0x7ffffffe, 0x7fffffff};
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
    for (size_t j = 0; j < G_N_ELEMENTS(distances); j++) {
      Seq early = places[i], late = early + distances[j];
      g_assert_true(seq_lt(early, late) && seq_le(early, late));
      g_assert_true(seq_gt(late, early) && seq_ge(late, early));
      g_assert_false(seq_gt(early, late) || seq_ge(early, late) || seq_lt(late, early) || seq_le(late, early));
      g_assert_cmpint(seq_diff(late, early), ==, (int64_t)distances[j]);
      g_assert_cmpint(seq_diff(early, late), ==, -(int64_t)distances[j]);
      g_assert_cmpuint(seq_max(early, late), ==, late);
      g_assert_cmpuint(seq_max(late, early), ==, late);
      g_assert_cmpuint(seq_min(early, late), ==, early);
      g_assert_cmpuint(seq_min(late, early), ==, early);
    }
}

static void test_equal_numbers_are_neither_earlier_nor_later(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
    Seq seq = places[i];
    g_assert_true(seq_le(seq, seq) && seq_ge(seq, seq));
    g_assert_false(seq_lt(seq, seq) || seq_gt(seq, seq));
    g_assert_cmpint(seq_diff(seq, seq), ==, 0);
  }
}

static void test_window_holds_its_first_and_last_octet_and_not_the_next(void) {
  static const uint32_t lengths[] = {1, 2, 65535, 0x80000000, 0xc0000000, 0xffffffff};
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
    for (size_t j = 0; j < G_N_ELEMENTS(lengths); j++) {
      Seq from = places[i];
      g_assert_true(seq_in(from, from, lengths[j]));
      g_assert_true(seq_in(from + lengths[j] - 1, from, lengths[j]));
      g_assert_false(seq_in(from + lengths[j], from, lengths[j]));
      g_assert_false(seq_in(from - 1, from, lengths[j]));
    }
}

static void test_empty_window_holds_nothing(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
    for (size_t j = 0; j < G_N_ELEMENTS(places); j++)
      g_assert_false(seq_in(places[i], places[j], 0));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/seq/earlier-and-later-hold-at-every-place-of-the-circle",
                  test_earlier_and_later_hold_at_every_place_of_the_circle);
  g_test_add_func("/seq/equal-numbers-are-neither-earlier-nor-later", test_equal_numbers_are_neither_earlier_nor_later);
  g_test_add_func("/seq/window-holds-its-first-and-last-octet-and-not-the-next",
                  test_window_holds_its_first_and_last_octet_and_not_the_next);
  g_test_add_func("/seq/empty-window-holds-nothing", test_empty_window_holds_nothing);
  return g_test_run();
}
