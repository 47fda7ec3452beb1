/* The ladder: whole drawings against golden ones, and what must hold of any. */
#include "output/text/flights.h"
#include "output/text/ladder.h"
#include "text-traces.h"

#include <string.h>

static char *ladder_of(const char *name, unsigned width) {
  g_autoptr(Trace) trace = text_trace(name);
  return text_of(ladder_write, trace, width, FALSE, FALSE);
}

/* The only line that contains `part`; the caller's. */
static char *line_with(const char *text, const char *part) {
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  char *found = NULL;
  for (char **line = lines; *line != NULL; line++) {
    if (strstr(*line, part) != NULL) {
      g_assert_null(found);
      found = g_strdup(*line);
    }
  }
  g_assert_nonnull(found);
  return found;
}

static unsigned count(const char *text, const char *part) {
  unsigned n = 0;
  for (const char *p = strstr(text, part); p != NULL; p = strstr(p + 1, part))
    n++;
  return n;
}

static void test_every_situation_matches_its_drawing(void) {
  for (const TextTrace *t = text_traces; t->name != NULL; t++) {
    g_autofree char *text = ladder_of(t->name, 100);
    g_autofree char *file = g_strdup_printf("ladder-%s.txt", t->name);
    assert_golden(file, text);
  }
}

static void test_narrow_and_wide_match_their_drawings(void) {
  g_autofree char *narrow = ladder_of("simultaneous", 60);
  assert_golden("ladder-simultaneous-60.txt", narrow);
  g_autofree char *wide = ladder_of("three-hosts", 140);
  assert_golden("ladder-three-hosts-140.txt", wide);
}

static void test_ascii_and_colour_match_their_drawings(void) {
  g_autoptr(Trace) trace = text_trace("first-fin-lost");
  g_autofree char *ascii = text_of(ladder_write, trace, 80, TRUE, FALSE);
  assert_golden("ladder-first-fin-lost-80-ascii.txt", ascii);
  g_autofree char *colour = text_of(ladder_write, trace, 80, FALSE, TRUE);
  assert_golden("ladder-first-fin-lost-80-colour.txt", colour);
}

static void test_any_trace_at_any_width_is_drawn_within_it(void) {
  assert_writer_is_sound(ladder_write);
}

static void test_lifelines_stay_in_their_columns_whatever_the_names(void) {
  static const char *const names[] = {"four-segments", "long-names", "gives-up", "last-ack-lost", "reset"};
  for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *text = ladder_of(names[i], 90);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *first = line_with(text, " ESTABLISHED │ ");
    const char *mark = strstr(first, "│");
    glong left = g_utf8_pointer_to_offset(first, mark);
    glong right = g_utf8_pointer_to_offset(first, strrchr(first, *"\xe2"));
    gboolean inside = FALSE;
    for (char **line = lines; *line != NULL; line++) {
      inside = (inside || strcmp(*line, first) == 0) && strstr(*line, "The run ends") == NULL;
      if (!inside)
        continue;
      g_assert_cmpint(g_utf8_strlen(*line, -1), >, right);
      g_assert_nonnull(g_utf8_strchr("│┊≈├", -1, g_utf8_get_char(g_utf8_offset_to_pointer(*line, left))));
      g_assert_nonnull(g_utf8_strchr("│┊≈┤", -1, g_utf8_get_char(g_utf8_offset_to_pointer(*line, right))));
    }
  }
}

static void test_a_lost_segment_ends_in_a_cross_that_says_why(void) {
  g_autofree char *text = ladder_of("first-fin-lost", 100);
  g_autofree char *lost = line_with(text, "✗");
  g_assert_nonnull(strstr(lost, "F. 1:1(0) ack 1"));
  g_assert_nonnull(strstr(lost, "✗ lost: fault 1"));
  g_assert_null(strstr(lost, "▶"));
  g_autofree char *again = line_with(text, "attempt 2 (probe)");
  g_assert_nonnull(strstr(again, "▶"));
}

static void test_every_transmission_of_a_give_up_is_drawn_and_numbered(void) {
  g_autofree char *text = ladder_of("gives-up", 80);
  g_assert_cmpuint(count(text, "✗ lost: link down"), ==, 9);
  for (unsigned attempt = 2; attempt <= 9; attempt++) {
    g_autofree char *note = g_strdup_printf("attempt %u ", attempt);
    g_assert_cmpuint(count(text, note), ==, 1);
  }
  g_assert_cmpuint(count(text, "gives up"), ==, 1);
  g_assert_cmpuint(count(text, "timed out"), ==, 1);
}

static void test_crossing_segments_have_a_row_for_each_end(void) {
  g_autofree char *text = ladder_of("simultaneous", 100);
  g_autofree char *leave = line_with(text, "╲ a  b ╱");
  g_autofree char *arrive = line_with(text, "╱ b  a ╲");
  g_assert_cmpuint(count(leave, "F. 1:1(0) ack 1"), ==, 2);
  g_assert_cmpuint(count(leave, "▶") + count(leave, "◀"), ==, 0);
  g_assert_cmpuint(count(arrive, "▶") + count(arrive, "◀"), ==, 2);
  g_assert_cmpuint(count(arrive, "CLOSING"), ==, 2);
}

static void test_an_overtaken_segment_lands_after_the_one_that_overtook(void) {
  g_autofree char *text = ladder_of("overtaken", 100);
  const char *data = strstr(text, "P. 1:101(100) ack 1");
  const char *fin = strstr(text, "F. 101:101(0) ack 1");
  const char *landing = strstr(text, "a ╲");
  g_assert_true(data < fin && fin < landing);
  g_autofree char *delayed = line_with(text, "delayed 100 ms: fault 1");
  g_assert_nonnull(strstr(delayed, "P. 1:101(100) ack 1"));
}

static void test_a_state_left_at_once_is_not_shown(void) {
  g_autofree char *text = ladder_of("three-segments", 100);
  g_assert_null(strstr(text, "FIN-WAIT-2"));
  g_assert_null(strstr(text, "CLOSE-WAIT"));
  g_assert_cmpuint(count(text, "LAST-ACK"), ==, 1);
}

static void test_2msl_that_starts_again_is_noted_once_each_time(void) {
  g_autofree char *text = ladder_of("last-ack-lost", 100);
  g_assert_cmpuint(count(text, "2 MSL again"), ==, 1);
  g_assert_cmpuint(count(text, "until 61.300"), ==, 1);
  g_assert_cmpuint(count(text, "port 49152 reserved"), ==, 1);
}

static void test_a_refused_port_says_who_and_why_once(void) {
  g_autofree char *text = ladder_of("port-refused", 100);
  g_assert_cmpuint(count(text, "second: bind(49152)"), ==, 2);
  g_assert_cmpuint(count(text, "refused: EADDRINUSE"), ==, 1);
  g_assert_cmpuint(count(text, "port 49152 free"), ==, 1);
}

static void test_connections_are_named_only_when_there_are_several(void) {
  g_autofree char *one = ladder_of("four-segments", 100);
  g_autofree char *two = ladder_of("three-hosts", 140);
  g_assert_null(strstr(one, "web"));
  g_assert_nonnull(strstr(two, "near: FIN-WAIT-1"));
  g_assert_nonnull(strstr(two, "far F. 1:1(0) ack 1"));
  g_autofree char *over = line_with(two, "far F. 1:1(0) ack 1");
  g_assert_nonnull(strstr(over, "┼"));
}

static void test_long_pauses_become_one_row_that_says_how_long(void) {
  g_autofree char *text = ladder_of("four-segments", 100);
  g_autofree char *pause = line_with(text, "≈");
  g_assert_nonnull(strstr(pause, "·· 59.95 s ··"));
}

static void test_nanoseconds_show_only_where_a_time_needs_them(void) {
  g_autofree char *coarse = ladder_of("four-segments", 100);
  g_autofree char *fine = ladder_of("handshake", 100);
  g_assert_null(strstr(coarse, "0.050 000 000"));
  g_assert_nonnull(strstr(fine, "0.031 200 001"));
}

static void test_an_empty_trace_draws_nothing_and_does_not_fail(void) {
  g_autoptr(Trace) trace = trace_new(NULL, NULL);
  g_autofree char *text = text_of(ladder_write, trace, 80, FALSE, FALSE);
  g_assert_cmpstr(text, ==, "");
}

static void test_more_hosts_than_fit_are_counted(void) {
  Script script;
  g_autoptr(GString) hosts = g_string_new("h0");
  for (unsigned i = 1; i < 64; i++)
    g_string_append_printf(hosts, " h%u", i);
  script_begin(&script, "Many", hosts->str, 10);
  script_conn(&script, "web", "h0", "h63", TCP_STATE_ESTABLISHED);
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autofree char *text = text_of(ladder_write, trace, 100, FALSE, FALSE);
  g_assert_nonnull(strstr(text, "more hosts do not fit into 100 columns."));
}

/* Whether segment `id` of a situation needs a row for each end. */
static gboolean is_split(const char *name, uint64_t id) {
  g_autoptr(Trace) trace = text_trace(name);
  g_autoptr(History) history = history_new(trace, HISTORY_DEFAULT);
  g_autoptr(GArray) split = flights_split(history);
  g_assert_cmpuint(split->len, ==, history->segments->len);
  return g_array_index(split, gboolean, id - 1);
}

static void test_only_segments_that_meet_others_are_split(void) {
  for (uint64_t id = 1; id <= 4; id++) {
    g_assert_false(is_split("four-segments", id));
    g_assert_true(is_split("simultaneous", id));
    g_assert_true(is_split("nearly-simultaneous", id));
  }
  g_assert_false(is_split("first-fin-lost", 1));
  g_assert_true(is_split("overtaken", 1));
  g_assert_false(is_split("overtaken", 2));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/ladder/" #name, test_##name)
  TEST(every_situation_matches_its_drawing);
  TEST(narrow_and_wide_match_their_drawings);
  TEST(ascii_and_colour_match_their_drawings);
  TEST(any_trace_at_any_width_is_drawn_within_it);
  TEST(lifelines_stay_in_their_columns_whatever_the_names);
  TEST(a_lost_segment_ends_in_a_cross_that_says_why);
  TEST(every_transmission_of_a_give_up_is_drawn_and_numbered);
  TEST(crossing_segments_have_a_row_for_each_end);
  TEST(an_overtaken_segment_lands_after_the_one_that_overtook);
  TEST(a_state_left_at_once_is_not_shown);
  TEST(2msl_that_starts_again_is_noted_once_each_time);
  TEST(a_refused_port_says_who_and_why_once);
  TEST(connections_are_named_only_when_there_are_several);
  TEST(long_pauses_become_one_row_that_says_how_long);
  TEST(nanoseconds_show_only_where_a_time_needs_them);
  TEST(an_empty_trace_draws_nothing_and_does_not_fail);
  TEST(more_hosts_than_fit_are_counted);
  TEST(only_segments_that_meet_others_are_split);
  return g_test_run();
}
