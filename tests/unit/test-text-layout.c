/* What text output stands on: cleaning, widths, cutting, breaking into lines, times, rows of cells. */
#include "output/text/canvas.h"
#include "output/text/style.h"

#include <string.h>

static const TextStyle unicode = {.width = 80};
static const TextStyle ascii = {.width = 80, .ascii = TRUE};

static void assert_clean(const TextStyle *style, const char *text, const char *expected) {
  g_autofree char *clean = text_clean(style, text);
  g_assert_cmpstr(clean, ==, expected);
}

static void test_control_characters_become_pictures(void) {
  assert_clean(&unicode, "a\tb\x1b[2J\x7f\r\n", "a\u2409b\u241B[2J\u2421\u240D\u240A");
  assert_clean(&unicode, "\xc2\x9b", "\uFFFD"); /* CSI as one character of the upper half */
}

static void test_bidi_and_invisible_characters_become_marks(void) {
  assert_clean(&unicode, "a\u202Eb\u2066c\u200Bd\u200Fe\u2028f", "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf");
  assert_clean(&unicode, "\ufeff", "\uFFFD");
}

static void test_invalid_utf8_becomes_marks(void) {
  assert_clean(&unicode,
               "a\xff"
               "b\xc3",
               "a\uFFFDb\uFFFD");
  assert_clean(&unicode, "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD");
}

static void test_letters_of_all_kinds_stay(void) {
  assert_clean(&unicode, "na\u00efve \u5ba2\u6237 e\u0301", "na\u00efve \u5ba2\u6237 e\u0301");
  assert_clean(&unicode, NULL, "");
}

static void test_a_combining_mark_never_sits_on_what_is_drawn_before(void) {
  assert_clean(&unicode, "\u0301x", "\u25CC\u0301x");
  assert_clean(&unicode, "x \u0301", "x \u25CC\u0301");
}

static void test_ascii_keeps_widths_and_nothing_above_127(void) {
  assert_clean(&ascii, "na\u00efve \u5ba2 e\u0301\x1b", "na?ve ?? e?");
}

static void test_widths_count_cells(void) {
  g_assert_cmpuint(text_width(""), ==, 0);
  g_assert_cmpuint(text_width("F. 1:1(0)"), ==, 9);
  g_assert_cmpuint(text_width("\u5ba2\u6237"), ==, 4);
  g_assert_cmpuint(text_width("e\u0301"), ==, 1);
}

static void assert_fit(const TextStyle *style, const char *text, unsigned width, const char *expected) {
  g_autofree char *fitted = text_fit(style, text, width);
  g_assert_cmpstr(fitted, ==, expected);
  g_assert_cmpuint(text_width(fitted), <=, width);
}

static void test_a_text_that_does_not_fit_ends_in_an_ellipsis(void) {
  assert_fit(&unicode, "server", 6, "server");
  assert_fit(&unicode, "server", 5, "serv\u2026");
  assert_fit(&unicode, "server", 1, "\u2026");
  assert_fit(&unicode, "server", 0, "");
  assert_fit(&ascii, "server", 5, "se...");
  assert_fit(&ascii, "server", 2, "..");
  assert_fit(&unicode, "two words", 5, "two\u2026");
}

static void test_a_wide_character_is_not_cut_in_half(void) {
  assert_fit(&unicode, "\u5ba2\u6237\u7aef", 4, "\u5ba2\u2026");
  assert_fit(&unicode, "\u5ba2\u6237\u7aef", 5, "\u5ba2\u6237\u2026");
}

static void assert_wrap(const char *text, unsigned width, const char *expected) {
  g_autoptr(GPtrArray) lines = text_wrap(&unicode, text, width);
  g_autoptr(GString) joined = g_string_new(NULL);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf(joined, "%s%s", i > 0 ? "|" : "", (const char *)lines->pdata[i]);
  g_assert_cmpstr(joined->str, ==, expected);
}

static void test_lines_break_between_words(void) {
  assert_wrap("end of stream", 13, "end of stream");
  assert_wrap("end of stream", 12, "end of|stream");
  assert_wrap("  end   of  ", 3, "end|of");
  assert_wrap("reservation", 5, "rese\u2026");
  assert_wrap("", 5, "");
}

static void assert_time(SimTime at, TextTimeUnit unit, const char *expected) {
  char text[40];
  g_assert_cmpstr(text_time(at, unit, text, sizeof text), ==, expected);
}

static void test_times_are_written_in_groups(void) {
  assert_time(SIM_MS(300), TEXT_TIME_MS, "0.300");
  assert_time(SIM_MS(300), TEXT_TIME_US, "0.300 000");
  assert_time(SIM_S(3600) + 1, TEXT_TIME_NS, "3600.000 000 001");
  assert_time(SIM_NEVER, TEXT_TIME_NS, "never");
  assert_time(INT64_MIN, TEXT_TIME_NS, "-9223372036.854 775 808");
}

static void test_the_unit_of_a_time_is_the_coarsest_that_is_exact(void) {
  g_assert_cmpint(text_time_unit(SIM_MS(5)), ==, TEXT_TIME_MS);
  g_assert_cmpint(text_time_unit(SIM_US(5)), ==, TEXT_TIME_US);
  g_assert_cmpint(text_time_unit(SIM_US(5) + 1), ==, TEXT_TIME_NS);
}

static void test_spans_are_exact_while_short(void) {
  char text[40];
  g_assert_cmpstr(text_span(SIM_MS(239950), text, sizeof text), ==, "239.95 s");
  g_assert_cmpstr(text_span(SIM_MS(300), text, sizeof text), ==, "300 ms");
  g_assert_cmpstr(text_span(SIM_NS(1234567891), text, sizeof text), ==, "1.235 s");
  g_assert_cmpstr(text_span(0, text, sizeof text), ==, "0 s");
}

static void test_widths_of_a_style_stay_within_limits(void) {
  g_assert_cmpuint(text_style_width(&(TextStyle){.width = 0}), ==, TEXT_WIDTH_DEFAULT);
  g_assert_cmpuint(text_style_width(&(TextStyle){.width = 10}), ==, TEXT_WIDTH_MIN);
  g_assert_cmpuint(text_style_width(&(TextStyle){.width = 1000}), ==, TEXT_WIDTH_MAX);
}

static void assert_row(const Canvas *canvas, const char *expected) {
  g_autoptr(GString) out = g_string_new(NULL);
  canvas_write(canvas, &unicode, out);
  g_assert_cmpstr(out->str, ==, expected);
}

static void test_a_row_takes_pieces_in_any_order_and_cuts_at_its_end(void) {
  g_autoptr(Canvas) canvas = canvas_new(10);
  g_assert_cmpuint(canvas_put(canvas, 6, TEXT_PLAIN, "right side"), ==, 10);
  g_assert_cmpuint(canvas_put(canvas, 1, TEXT_PLAIN, "e\u0301\u5ba2"), ==, 4);
  assert_row(canvas, " e\u0301\u5ba2  righ\n");
}

static void test_half_of_an_overwritten_wide_character_is_blank(void) {
  g_autoptr(Canvas) canvas = canvas_new(8);
  canvas_put(canvas, 0, TEXT_PLAIN, "\u5ba2\u6237");
  canvas_put(canvas, 1, TEXT_PLAIN, "x");
  assert_row(canvas, " x\u6237\n");
  canvas_put(canvas, 2, TEXT_PLAIN, "y");
  assert_row(canvas, " xy\n");
}

static void test_a_wide_character_that_would_stick_out_is_left_out(void) {
  g_autoptr(Canvas) canvas = canvas_new(3);
  canvas_put(canvas, 0, TEXT_PLAIN, "ab\u5ba2");
  assert_row(canvas, "ab\n");
}

static void test_reserved_cells_are_taken_but_blank(void) {
  g_autoptr(Canvas) canvas = canvas_new(10);
  canvas_reserve(canvas, 2, 5);
  g_assert_true(canvas_is_free(canvas, 0, 2));
  g_assert_false(canvas_is_free(canvas, 0, 3));
  g_assert_true(canvas_is_free(canvas, 5, 10));
  g_assert_true(canvas_is_blank(canvas, 3));
  canvas_put(canvas, 3, TEXT_PLAIN, "x");
  g_assert_false(canvas_is_blank(canvas, 3));
  assert_row(canvas, "   x\n");
}

static void test_colour_goes_on_and_off_around_a_piece(void) {
  TextStyle colour = {.width = 80, .colour = TRUE};
  g_autoptr(Canvas) canvas = canvas_new(10);
  canvas_put(canvas, 0, TEXT_BOLD, "a b");
  canvas_put(canvas, 4, TEXT_PLAIN, "c");
  g_autoptr(GString) out = g_string_new(NULL);
  canvas_write(canvas, &colour, out);
  g_assert_cmpstr(out->str, ==, "\033[1ma b \033[0mc\n");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/text-layout/" #name, test_##name)
  TEST(control_characters_become_pictures);
  TEST(bidi_and_invisible_characters_become_marks);
  TEST(invalid_utf8_becomes_marks);
  TEST(letters_of_all_kinds_stay);
  TEST(a_combining_mark_never_sits_on_what_is_drawn_before);
  TEST(ascii_keeps_widths_and_nothing_above_127);
  TEST(widths_count_cells);
  TEST(a_text_that_does_not_fit_ends_in_an_ellipsis);
  TEST(a_wide_character_is_not_cut_in_half);
  TEST(lines_break_between_words);
  TEST(times_are_written_in_groups);
  TEST(the_unit_of_a_time_is_the_coarsest_that_is_exact);
  TEST(spans_are_exact_while_short);
  TEST(widths_of_a_style_stay_within_limits);
  TEST(a_row_takes_pieces_in_any_order_and_cuts_at_its_end);
  TEST(half_of_an_overwritten_wide_character_is_blank);
  TEST(a_wide_character_that_would_stick_out_is_left_out);
  TEST(reserved_cells_are_taken_but_blank);
  TEST(colour_goes_on_and_off_around_a_piece);
  return g_test_run();
}
