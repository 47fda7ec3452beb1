/* From a drawing to a picture: texts of strangers, what covers what, files that are whole or not there. */
#include "output/picture/gnuplot.h"
#include "output/picture/paint.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const HOSTILE[] = {
    "\"double\" 'single' `touch evil` $(touch evil) ; touch evil",
    "back\\slash \\n \\042 \\x41 \\",
    "{/Bold enhanced} a_b^c @d &{e} ~f{g} %s %n",
    "]]><script>alert(1)</script><!-- & &amp; &#x41; -->",
    "# a comment",
    "\"",
    "'",
    "=cmd|' /C calc'!A0",
    "END_OF_DATA",
    "@ink_text ink_text $title_texts_1",
    "?",
    "NaN",
    "1 2 0x10 1e5",
    " blanks at both ends ",
    "two  blanks",
    "ä → … µ ␛[31m ␀ \xef\xbf\xbd 漢字",
    "system(\"touch evil\")",
    "\");system('touch evil');(\"",
};

static Drawing *drawing_of_texts(const char *const *texts, unsigned n) {
  Drawing *drawing = drawing_new();
  drawing->width = 900;
  drawing->height = 40 + 30.0 * n;
  for (unsigned i = 0; i < n; i++)
    drawing_text(drawing, ROLE_TITLE, INK_TEXT, 20, 30 + 30.0 * i, ALIGN_LEFT, i % 2 ? FONT_SANS : FONT_MONO_BOLD, 14,
                 texts[i]);
  return drawing;
}

static char *box; /* a folder of our own, and where we are */

static gboolean skipped(void) {
  g_autofree char *program = g_find_program_in_path("gnuplot");
  if (!program)
    g_test_skip("gnuplot is not installed");
  return !program;
}

static char *draw(const Drawing *drawing, PictureFormat format, const char *name, gsize *ret_length) {
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(box, name, NULL);
  char *content;
  gnuplot_write(drawing, theme_find("light"), format, 1, path, &error);
  g_assert_no_error(error);
  g_file_get_contents(path, &content, ret_length, &error);
  g_assert_no_error(error);
  return content;
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static void take_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error) {
  (void)error;
  if (strcmp(g_markup_parse_context_get_element(context), "text") == 0)
    g_ptr_array_add(data, g_strndup(text, length));
}

static void refuse_script(GMarkupParseContext *context, const char *name, const char **keys, const char **values,
                          gpointer data, GError **error) {
  (void)context, (void)keys, (void)values, (void)data, (void)error;
  g_assert_cmpstr(name, !=, "script");
}

/* The contents of all <text>; the SVG must be well-formed. */
static GPtrArray *texts_of(const char *svg) {
  const GMarkupParser parser = {.start_element = refuse_script, .text = take_text};
  GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GError) error = NULL;
  GMarkupParseContext *context = g_markup_parse_context_new(&parser, G_MARKUP_PREFIX_ERROR_POSITION, texts, NULL);
  g_assert_true(g_markup_parse_context_parse(context, svg, -1, &error) &&
                g_markup_parse_context_end_parse(context, &error));
  g_markup_parse_context_free(context);
  return texts;
}

static gboolean holds(GPtrArray *texts, const char *text) {
  for (guint i = 0; i < texts->len; i++)
    if (strcmp(texts->pdata[i], text) == 0)
      return TRUE;
  return FALSE;
}

static void assert_nothing_was_executed(void) {
  g_assert_false(g_file_test("evil", G_FILE_TEST_EXISTS));
}

static void test_hostile_texts_come_through_as_they_are(void) {
  if (skipped())
    return;
  g_autoptr(Drawing) drawing = drawing_of_texts(HOSTILE, G_N_ELEMENTS(HOSTILE));
  g_autofree char *svg = draw(drawing, PICTURE_SVG, "hostile.svg", NULL);
  g_autoptr(GPtrArray) texts = texts_of(svg);
  for (unsigned i = 0; i < G_N_ELEMENTS(HOSTILE); i++)
    if (!holds(texts, HOSTILE[i]))
      g_error("lost: %s", HOSTILE[i]);
  g_assert_null(strstr(svg, "]]>"));
  gsize length;
  g_autofree char *png = draw(drawing, PICTURE_PNG, "hostile.png", &length);
  g_assert_true(length > 8 && memcmp(png, "\x89PNG\r\n\x1a\n", 8) == 0);
  g_autofree char *pdf = draw(drawing, PICTURE_PDF, "hostile.pdf", &length);
  g_assert_true(g_str_has_prefix(pdf, "%PDF-"));
  assert_nothing_was_executed();
}

/* As far as any page is wide; the rest is left out without a complaint. */
static void test_long_texts_come_through(void) {
  if (skipped())
    return;
  g_autofree char *text = g_strnfill(12000, 'x');
  const char *texts[] = {text};
  g_autoptr(Drawing) drawing = drawing_of_texts(texts, 1);
  g_autofree char *svg = draw(drawing, PICTURE_SVG, "long.svg", NULL);
  g_autoptr(GPtrArray) found = texts_of(svg);
  g_assert_cmpuint(found->len, ==, 1);
  g_assert_cmpuint(strlen(found->pdata[0]), >, 900);
  g_assert_true(g_str_has_suffix(found->pdata[0], "x…"));
}

static void test_documents_title_is_text(void) {
  if (skipped())
    return;
  g_autoptr(Drawing) drawing = drawing_of_texts(HOSTILE, 1);
  g_free(drawing->title);
  drawing->title = g_strdup("<b>&\"$(x)`y`</title>");
  g_autofree char *svg = draw(drawing, PICTURE_SVG, "title.svg", NULL);
  g_assert_nonnull(strstr(svg, "<title>&lt;b&gt;&amp;&quot;$(x)`y`&lt;/title&gt;</title>"));
}

/* A character that no font has must not become a box as large as the page: most of it stays empty. */
static void test_characters_without_glyph_stay_small(void) {
  if (skipped())
    return;
  static const char *const odd[] = {"␛␀", "\xf4\x80\x80\x80"}, *const plain[] = {"xx", "x"};
  gsize odd_length, plain_length;
  g_autoptr(Drawing) drawing = drawing_of_texts(odd, 2);
  g_autoptr(Drawing) other = drawing_of_texts(plain, 2);
  g_free(draw(drawing, PICTURE_PNG, "odd.png", &odd_length));
  g_free(draw(other, PICTURE_PNG, "plain.png", &plain_length));
  g_assert_cmpuint(odd_length, <, 2 * plain_length);
}

/* Longer than cairo's pictures can be: drawn with fewer pixels. */
static void test_long_pages_are_drawn_smaller(void) {
  if (skipped())
    return;
  g_autoptr(Drawing) drawing = drawing_of_texts(HOSTILE, 2);
  gsize length;
  drawing->height = 50000;
  g_autofree char *png = draw(drawing, PICTURE_PNG, "long.png", &length);
  const unsigned char *header = (const unsigned char *)png;
  g_assert_cmpuint((guint)header[22] << 8 | header[23], ==, 32000);
}

/* The width and height that a PNG says. */
static void png_size(const Drawing *drawing, double scale, guint *ret_width, guint *ret_height) {
  g_autofree char *script = gnuplot_script(drawing, theme_find("light"), PICTURE_PNG, scale);
  const char *size = strstr(script, "pngcairo noenhanced size ");
  g_assert_nonnull(size);
  g_assert_cmpint(sscanf(size, "pngcairo noenhanced size %u,%u", ret_width, ret_height), ==, 2);
}

/* The usual scale is given up where a picture would take seconds, but not what makes it legible; who asks for more
 * than that gets it. */
static void test_large_pages_get_fewer_pixels_than_small_ones_by_default(void) {
  g_autoptr(Drawing) drawing = drawing_new();
  guint width, height;
  drawing->width = 900;
  drawing->height = 1000;
  png_size(drawing, 2, &width, &height);
  g_assert_cmpuint(width, ==, 1800);
  drawing->height = 10000;
  png_size(drawing, 2, &width, &height);
  g_assert_cmpuint(width, <, 1100);
  g_assert_cmpuint(width, >, 900);
  drawing->height = 20000;
  png_size(drawing, 2, &width, &height);
  g_assert_cmpuint(width, ==, 900);
  drawing->height = 10000;
  png_size(drawing, 3, &width, &height);
  g_assert_cmpuint(width, >, 1800);
}

/* --- marks ------------------------------------------------------------------------------------------------------- */

static void test_later_marks_cover_earlier_ones(void) {
  g_autoptr(Drawing) drawing = drawing_new();
  drawing->width = drawing->height = 100;
  drawing_line(drawing, ROLE_ARROW, INK_SEGMENT, 0, 50, 100, 50);
  drawing_text(drawing, ROLE_LABEL, INK_SEGMENT, 50, 50, ALIGN_CENTRE, FONT_SANS, 12, "halo")->halo = TRUE;
  drawing_line(drawing, ROLE_ARROW, INK_SEGMENT, 50, 0, 50, 100); /* over the halo: not with the first */
  drawing_line(drawing, ROLE_ARROW, INK_SEGMENT, 90, 0, 90, 10);  /* with either */
  g_autoptr(GPtrArray) blocks = paint_blocks(drawing, theme_find("light"));
  g_assert_cmpuint(blocks->len, ==, 4);
  static const PaintKind kinds[] = {PAINT_STROKE, PAINT_AREA, PAINT_TEXT, PAINT_STROKE};
  for (guint i = 0; i < blocks->len; i++)
    g_assert_cmpint(((const PaintBlock *)blocks->pdata[i])->style.kind, ==, kinds[i]);
}

static void test_marks_of_one_look_share_a_block(void) {
  g_autoptr(Drawing) drawing = drawing_new();
  drawing->width = drawing->height = 1000;
  for (unsigned i = 0; i < 50; i++) {
    drawing_line(drawing, ROLE_ARROW, INK_SEGMENT, 0, 20.0 * i, 100, 20.0 * i);
    drawing_text(drawing, ROLE_LABEL, INK_SEGMENT, 300, 20.0 * i, ALIGN_LEFT, FONT_SANS, 12, "label");
  }
  g_autoptr(GPtrArray) blocks = paint_blocks(drawing, theme_find("light"));
  g_assert_cmpuint(blocks->len, ==, 2);
}

static void test_halos_of_neighbours_share_a_block_below_their_texts(void) {
  g_autoptr(Drawing) drawing = drawing_new();
  drawing->width = drawing->height = 1000;
  for (unsigned i = 0; i < 20; i++)
    drawing_text(drawing, ROLE_LABEL, i % 2 ? INK_SEGMENT : INK_LOST, 300, 12.0 * i, ALIGN_LEFT, FONT_SANS, 12, "label")
        ->halo = TRUE;
  g_autoptr(GPtrArray) blocks = paint_blocks(drawing, theme_find("light"));
  const PaintBlock *first = blocks->pdata[0];
  g_assert_cmpint(first->style.kind, ==, PAINT_AREA);
  g_assert_cmpuint(first->ops->len, ==, 20);
  for (guint i = 1; i < blocks->len; i++)
    g_assert_cmpint(((const PaintBlock *)blocks->pdata[i])->style.kind, ==, PAINT_TEXT);
}

static void test_patterns_stay_within_their_area(void) {
  static const DrawingFill fills[] = {FILL_HATCH, FILL_BACKHATCH, FILL_CROSSHATCH, FILL_DOTS};
  for (unsigned f = 0; f < G_N_ELEMENTS(fills); f++) {
    g_autoptr(Drawing) drawing = drawing_new();
    drawing_rect(drawing, ROLE_STRIP, INK_STATE, 13, 27, 41, 93)->fill = fills[f];
    g_autoptr(GPtrArray) blocks = paint_blocks(drawing, theme_find("print"));
    guint shapes = 0;
    for (guint i = 0; i < blocks->len; i++) {
      const PaintBlock *block = blocks->pdata[i];
      for (guint o = 0; o < block->ops->len; o++) {
        const PaintOp *op = &g_array_index(block->ops, PaintOp, o);
        for (guint p = 0; p < op->points->len; p++) {
          DrawingPoint at = g_array_index(op->points, DrawingPoint, p);
          g_assert_true(at.x > 12.99 && at.x < 41.01 && at.y > 26.99 && at.y < 93.01);
        }
        shapes++;
      }
    }
    g_assert_cmpuint(shapes, >, 10);
  }
}

static void test_same_drawing_gives_the_same_bytes(void) {
  if (skipped())
    return;
  g_autoptr(Drawing) drawing = drawing_of_texts(HOSTILE, 5);
  g_autofree char *svg = draw(drawing, PICTURE_SVG, "a.svg", NULL), *again = draw(drawing, PICTURE_SVG, "b.svg", NULL);
  g_assert_cmpstr(svg, ==, again);
  gsize length, length_again;
  g_autofree char *png = draw(drawing, PICTURE_PNG, "a.png", &length);
  g_autofree char *png_again = draw(drawing, PICTURE_PNG, "b.png", &length_again);
  g_assert_cmpuint(length, ==, length_again);
  g_assert_true(memcmp(png, png_again, length) == 0);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void test_formats_go_by_the_end_of_the_name(void) {
  PictureFormat format;
  g_assert_true(picture_format_of("a.b/c.SVG", &format) && format == PICTURE_SVG);
  g_assert_true(picture_format_of("x.png", &format) && format == PICTURE_PNG);
  g_assert_true(picture_format_of("x.y.pdf", &format) && format == PICTURE_PDF);
  g_assert_true(picture_format_of("x.gp", &format) && format == PICTURE_SCRIPT);
  g_assert_false(picture_format_of("x.jpg", &format));
  g_assert_false(picture_format_of("x.svg/picture", &format));
  g_assert_false(picture_format_of("svg", &format));
}

static void test_unwritable_place_is_an_error_and_leaves_nothing(void) {
  g_autoptr(Drawing) drawing = drawing_of_texts(HOSTILE, 1);
  for (unsigned format = 0; format < PICTURE_FORMAT_COUNT; format++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(box, "nowhere", "x", NULL);
    g_assert_false(gnuplot_write(drawing, theme_find("light"), (PictureFormat)format, 1, path, &error));
    g_assert_error(error, PICTURE_ERROR, PICTURE_ERROR_FILE);
  }
}

/* A gnuplot that fails, or warns: its picture is none, and what was there before stays. */
static void test_failing_gnuplot_leaves_the_old_picture(void) {
  g_autofree char *folder = g_build_filename(box, "bin", NULL), *program = g_build_filename(folder, "gnuplot", NULL);
  g_autofree char *path = g_build_filename(box, "old.svg", NULL), *before = g_strdup(g_getenv("PATH"));
  static const char *const programs[] = {"#!/bin/sh\necho half\nexit 3\n", "#!/bin/sh\necho half\necho oops >&2\n",
                                         "#!/bin/sh\nexit 0\n"};
  g_autoptr(Drawing) drawing = drawing_of_texts(HOSTILE, 1);
  g_assert_cmpint(g_mkdir_with_parents(folder, 0777), ==, 0);
  g_setenv("PATH", folder, TRUE);
  for (unsigned i = 0; i < G_N_ELEMENTS(programs); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *content = NULL;
    g_assert_true(g_file_set_contents(program, programs[i], -1, NULL) && g_chmod(program, 0755) == 0);
    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    g_assert_false(gnuplot_write(drawing, theme_find("light"), PICTURE_SVG, 1, path, &error));
    g_assert_error(error, PICTURE_ERROR, PICTURE_ERROR_GNUPLOT);
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "old");
  }
  g_setenv("PATH", before, TRUE);
  g_autoptr(GDir) dir = g_dir_open(box, 0, NULL);
  for (const char *name; (name = g_dir_read_name(dir));)
    g_assert_null(strstr(name, "old.svg."));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  box = g_dir_make_tmp("teardown-gnuplot-XXXXXX", NULL);
  g_assert_true(box && g_chdir(box) == 0);
#define TEST(name) g_test_add_func("/gnuplot/" #name, test_##name)
  TEST(hostile_texts_come_through_as_they_are);
  TEST(long_texts_come_through);
  TEST(documents_title_is_text);
  TEST(characters_without_glyph_stay_small);
  TEST(long_pages_are_drawn_smaller);
  TEST(large_pages_get_fewer_pixels_than_small_ones_by_default);
  TEST(later_marks_cover_earlier_ones);
  TEST(marks_of_one_look_share_a_block);
  TEST(halos_of_neighbours_share_a_block_below_their_texts);
  TEST(patterns_stay_within_their_area);
  TEST(same_drawing_gives_the_same_bytes);
  TEST(formats_go_by_the_end_of_the_name);
  TEST(unwritable_place_is_an_error_and_leaves_nothing);
  TEST(failing_gnuplot_leaves_the_old_picture);
  int status = g_test_run();
  g_autofree char *remove = g_strdup_printf("rm -rf '%s'", box);
  if (system(remove) != 0)
    status = 1;
  g_free(box);
  return status;
}
