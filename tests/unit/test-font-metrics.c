/* Widths of texts: by hand for a few characters, and against what Pango takes for the same text in the same font, which
 * is what the program that draws the pictures uses. */
#include "output/picture/font_metrics.h"

#include <glib/gstdio.h>
#include <string.h>

/* Large, so that whole pixels are fine enough. */
#define SIZE        100.0
#define LEAST_SHARE 0.99
#define MOST_SHARE  1.08

static const char *const SAMPLES[] = {
    "F. 1:1(0) ack 1",
    "P. 101:201(100) ack 1 win 0",
    "ESTABLISHED",
    "FIN-WAIT-2",
    "CLOSE-WAIT TIME-WAIT LAST-ACK",
    "port 49152 free again",
    "other: bind(49152) refused: EADDRINUSE",
    "client linux  ·  server linux  ·  one-way delay 50 ms",
    "2MSL 60 s: port 49152 reserved",
    "10 × 1:14601(14600) ack 1…",
    "The quick brown fox jumps over the lazy dog, 0123456789",
    "Größe, naïveté, Łódź, žluťoučký kůň",
    "Ελληνικά и русский",
    "WAWAWA To. Ty, AV LT fi ffl",
    "iiiiiiiiiillllllllll||||||||||",
    "→ ≤ ≠ ∞ █ ␛ ✗ ✓",
};

static void test_an_empty_text_has_no_width(void) {
  for (unsigned font = 0; font < FONT_COUNT; font++)
    g_assert_cmpfloat(font_text_width((DrawingFont)font, 12, ""), ==, 0);
}

static void test_every_character_of_a_monospaced_font_is_as_wide_as_another(void) {
  double one = font_text_width(FONT_MONO, 12, "i");
  g_assert_cmpfloat_with_epsilon(font_text_width(FONT_MONO, 12, "WWWWWWWWWW"), 10 * one, 1e-9);
  g_assert_cmpfloat_with_epsilon(font_text_width(FONT_MONO_BOLD, 12, "M"), one, 1e-9);
  /* 1233 of 2048 units, and a margin of at most two percent. */
  g_assert_cmpfloat(one, >=, 12 * 1233 / 2048.0);
  g_assert_cmpfloat(one, <=, 12 * 1233 / 2048.0 * 1.02);
}

static void test_width_grows_with_the_size_and_bold_is_wider(void) {
  double plain = font_text_width(FONT_SANS, 10, "FIN-WAIT-1");
  g_assert_cmpfloat_with_epsilon(font_text_width(FONT_SANS, 20, "FIN-WAIT-1"), 2 * plain, 1e-9);
  g_assert_cmpfloat(font_text_width(FONT_SANS_BOLD, 10, "FIN-WAIT-1"), >, plain);
}

static void test_a_character_that_no_font_here_has_is_taken_for_a_wide_one(void) {
  g_assert_cmpfloat(font_text_width(FONT_SANS, 10, "漢"), >=, 10);
  g_assert_cmpfloat(font_text_width(FONT_MONO, 10, "😀"), >=, 10);
}

static void test_a_text_that_is_too_long_ends_in_an_ellipsis_and_fits(void) {
  const char *text = "a name that is longer than what there is room for";
  for (double width = 20; width < 300; width += 7) {
    g_autofree char *fitted = font_text_fit(FONT_SANS, 12, text, width);
    g_assert_cmpfloat(font_text_width(FONT_SANS, 12, fitted), <=, width);
    g_assert_true(g_str_has_suffix(fitted, "…") || strcmp(fitted, text) == 0);
    g_assert_true(strncmp(fitted, text, strlen(fitted) - strlen("…")) == 0);
  }
  g_autofree char *whole = font_text_fit(FONT_SANS, 12, text, 1000);
  g_assert_cmpstr(whole, ==, text);
}

static void test_a_cut_falls_between_characters(void) {
  for (double width = 10; width < 200; width += 3) {
    g_autofree char *fitted = font_text_fit(FONT_SANS, 12, "žluťoučký kůň příšerně úpěl", width);
    g_assert_true(g_utf8_validate(fitted, -1, NULL));
  }
}

/* The width of a PNG file, in pixels. */
static double png_width(const char *path) {
  g_autofree char *data = NULL;
  gsize length;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &data, &length, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(length, >, 24);
  const guchar *bytes = (const guchar *)data;
  return bytes[16] * 16777216.0 + bytes[17] * 65536.0 + bytes[18] * 256.0 + bytes[19];
}

static double pango_width(const char *program, const char *path, DrawingFont font, const char *text) {
  g_autofree char *font_option =
      g_strdup_printf("--font=%s%s %.0fpx", font_family(font), font_is_bold(font) ? " Bold" : "", SIZE);
  g_autofree char *text_option = g_strdup_printf("--text=%s", text);
  g_autofree char *output = g_strdup_printf("--output=%s", path);
  const char *argv[] = {program,        "--no-display", "--margin=0", "--hinting=none", "--backend=cairo",
                        "--align=left", font_option,    text_option,  output,           NULL};
  g_autoptr(GError) error = NULL;
  int status;
  g_spawn_sync(NULL, (char **)(gpointer)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
               &error);
  g_assert_no_error(error);
  g_assert_true(g_spawn_check_wait_status(status, &error));
  return png_width(path);
}

static void test_widths_are_those_that_pango_takes_or_a_little_more(void) {
  g_autofree char *program = g_find_program_in_path("pango-view");
  if (program == NULL || !g_file_test("/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf", G_FILE_TEST_EXISTS)) {
    g_test_skip("pango-view (pango1.0-tools) or the fonts (fonts-dejavu-core) are not installed");
    return;
  }
  g_autofree char *folder = g_dir_make_tmp("teardown-XXXXXX", NULL);
  g_assert_nonnull(folder);
  g_autofree char *path = g_build_filename(folder, "text.png", NULL);
  for (unsigned font = 0; font < FONT_COUNT; font++) {
    for (unsigned i = 0; i < G_N_ELEMENTS(SAMPLES); i++) {
      double real = pango_width(program, path, (DrawingFont)font, SAMPLES[i]);
      double ours = font_text_width((DrawingFont)font, SIZE, SAMPLES[i]);
      if (ours >= real * LEAST_SHARE && ours <= real * MOST_SHARE)
        continue;
      g_test_message("font %u, \"%s\": %.1f here, %.1f there", font, SAMPLES[i], ours, real);
      g_test_fail();
    }
  }
  g_remove(path);
  g_rmdir(folder);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/font-metrics/" #name, test_##name)
  TEST(an_empty_text_has_no_width);
  TEST(every_character_of_a_monospaced_font_is_as_wide_as_another);
  TEST(width_grows_with_the_size_and_bold_is_wider);
  TEST(a_character_that_no_font_here_has_is_taken_for_a_wide_one);
  TEST(a_text_that_is_too_long_ends_in_an_ellipsis_and_fits);
  TEST(a_cut_falls_between_characters);
  TEST(widths_are_those_that_pango_takes_or_a_little_more);
  return g_test_run();
}
