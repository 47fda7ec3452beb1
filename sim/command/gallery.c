#include "command/gallery.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/cli.h"
#include "command/command.h"
#include "command/subject.h"
#include "output/export/markdown.h"
#include "output/picture/gnuplot.h"
#include "output/picture/plot.h"

#define PAGE     "scenarios.md"
#define PICTURES "scenarios"

typedef struct Subjects {
  const char *folder, *about;
} Subjects;

/* In the order in which a course meets them. What is in none of them comes last. */
static const Subjects SUBJECTS[] = {
    {"normal", "Normal closes: what each end sends, and who waits"},
    {"simultaneous", "Simultaneous closes: the FINs cross"},
    {"half-close", "Half-closes: one direction ends, the other goes on"},
    {"loss", "Loss: which segment, who notices, who sends again"},
    {"reordering", "Reordering and duplicates"},
    {"reset", "Resets: endings without a FIN"},
    {"time-wait", "TIME-WAIT: what it is good for, and what ends it early"},
    {"close-wait", "CLOSE-WAIT and FIN-WAIT-2: somebody does not close"},
    {"timers", "Timers and windows: what the FIN waits for, and who gives up"},
    {"ports", "Ports: reserved, exhausted, used again"},
    {"middlebox", "Middleboxes: the path has a memory of its own"},
    {"incidents", "Incidents: what happened to somebody"},
    {"broken-stacks", "Broken stacks: a bug each, to find the fault in"},
};

static const LibraryScenario *nth(const GPtrArray *all, guint index) {
  return g_ptr_array_index(all, index);
}

static gboolean is_of(const LibraryScenario *one, const char *folder) {
  size_t length = strlen(folder);
  return strncmp(one->name, folder, length) == 0 && one->name[length] == '/';
}

static gboolean is_of_none(const LibraryScenario *one) {
  for (unsigned s = 0; s < G_N_ELEMENTS(SUBJECTS); s++)
    if (is_of(one, SUBJECTS[s].folder))
      return FALSE;
  return TRUE;
}

/* "loss-first-fin-lost": an anchor, and the picture's name without its end. To be freed. */
static char *slug_of(const LibraryScenario *one) {
  char *slug = g_strdup(one->name);
  for (char *p = slug; *p; p++)
    if (!g_ascii_isalnum(*p))
      *p = '-';
  return slug;
}

static const char *title_of(const LibraryScenario *one) {
  return one->scenario->title ? one->scenario->title : one->name;
}

/* A sentence of a scenario's: what stands between two backticks is code. */
static void append_sentence(GString *out, const char *text) {
  g_auto(GStrv) parts = g_strsplit(text, "`", -1);
  guint n = g_strv_length(parts);
  for (guint i = 0; i < n; i++) {
    gboolean code = i % 2 == 1 && n % 2 == 1;
    g_string_append(out, code ? "<code>" : "");
    /* Blanks at the ends belong to the sentence. */
    g_string_append(out, g_ascii_isspace(*parts[i]) && i ? " " : "");
    markdown_append(out, parts[i]);
    size_t length = strlen(parts[i]);
    g_string_append(out, length > 1 && g_ascii_isspace(parts[i][length - 1]) ? " " : "");
    g_string_append(out, code ? "</code>" : "");
  }
}

/* A paragraph of its own, between two marks. */
static void append_paragraph(GString *out, const char *mark, const char *text) {
  if (!text)
    return;
  g_string_append(out, mark);
  append_sentence(out, text);
  g_string_append_printf(out, "%s\n\n", mark);
}

static void append_references(GString *out, const GPtrArray *references) {
  for (guint i = 0; i < references->len; i++) {
    const ScenarioReference *reference = g_ptr_array_index(references, i);
    g_string_append(out, i ? " · " : "Read: ");
    g_string_append(out, reference->url ? "[" : "");
    markdown_append(out, reference->title);
    if (!reference->url)
      continue;
    g_string_append(out, "](");
    markdown_append_url(out, reference->url);
    g_string_append_c(out, ')');
  }
  g_string_append(out, references->len ? "\n\n" : "");
}

/* Markdown between tags needs empty lines around it. */
static void append_one(GString *out, const LibraryScenario *one) {
  const Scenario *scenario = one->scenario;
  g_autofree char *slug = slug_of(one);
  g_string_append_printf(out, "<a id=\"%s\"></a>\n\n### ", slug);
  markdown_append(out, title_of(one));
  g_string_append_printf(out, "\n\n<table><tr><td width=\"%.0f\">\n\n", THUMBNAIL_WIDTH + 16);
  g_string_append_printf(out, "![");
  markdown_append(out, title_of(one));
  g_string_append_printf(out, "](" PICTURES "/%s.svg)\n\n</td><td>\n\n", slug);
  append_paragraph(out, "**", scenario->lesson);
  append_paragraph(out, "", scenario->description);
  for (guint i = 0; i < scenario->look_at->len; i++) {
    g_string_append(out, i ? "- " : "Look at:\n\n- ");
    append_sentence(out, g_ptr_array_index(scenario->look_at, i));
    g_string_append(out, i + 1 == scenario->look_at->len ? "\n\n" : "\n");
  }
  append_references(out, scenario->references);
  g_string_append(out, "<code>teardown run ");
  markdown_append(out, one->name);
  g_string_append(out, "</code>\n\n</td></tr></table>\n\n");
}

/* The scenarios of a subject (of none, if `subject` is NULL): their list, or all about them. */
static void append_subject(GString *out, const GPtrArray *all, const Subjects *subject, gboolean in_full) {
  gboolean any = FALSE;
  for (guint i = 0; i < all->len; i++) {
    const LibraryScenario *one = nth(all, i);
    if (subject ? !is_of(one, subject->folder) : !is_of_none(one))
      continue;
    if (!any)
      g_string_append_printf(out, in_full ? "## %s\n\n" : "**%s**\n\n", subject ? subject->about : "Others");
    any = TRUE;
    if (in_full) {
      append_one(out, one);
      continue;
    }
    g_autofree char *slug = slug_of(one);
    g_string_append(out, "- [");
    markdown_append(out, one->name);
    g_string_append_printf(out, "](#%s): ", slug);
    markdown_append(out, title_of(one));
    g_string_append_c(out, '\n');
  }
  if (any && !in_full)
    g_string_append_c(out, '\n');
}

void gallery_append_page(GString *out, const GPtrArray *all) {
  g_string_append_printf(
      out,
      "# The scenarios\n\n"
      "<!-- Made by `make gallery`, from the files in scenarios/: change those. -->\n\n"
      "%u ways in which a TCP connection ends, by subject. `teardown run NAME` shows one in the "
      "terminal,\n`teardown explain NAME` says why, `teardown plot NAME -o close.svg` draws it large, "
      "and\n`teardown scenarios WORD` searches. Time runs down; where much of it is left out, two "
      "strokes\nsay so. A file is `scenarios/NAME.json`: `teardown new mine` starts one of your own.\n\n",
      all->len);
  for (unsigned full = 0; full < 2; full++) {
    for (unsigned s = 0; s < G_N_ELEMENTS(SUBJECTS); s++)
      append_subject(out, all, &SUBJECTS[s], full > 0);
    append_subject(out, all, NULL, full > 0);
  }
  g_string_truncate(out, out->len - 1); /* one line's end is enough */
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static gboolean draw_one(const char *pictures, const LibraryScenario *one) {
  g_autoptr(Subject) subject = subject_load("scenarios", one->path, NULL);
  if (!subject)
    return FALSE;
  const PlotOptions options = {.from = SIM_NEVER, .until = SIM_NEVER};
  g_autoptr(GError) error = NULL;
  g_autoptr(Drawing) drawing = thumbnail_draw(subject->trace, &options, &error);
  g_autofree char *slug = slug_of(one);
  g_autofree char *name = g_strconcat(slug, ".svg", NULL);
  g_autofree char *path = g_build_filename(pictures, name, NULL);
  if (drawing && gnuplot_write(drawing, theme_find(theme_names()[0]), PICTURE_SVG, 1, path, &error))
    return TRUE;
  cli_complain("scenarios", FALSE, "%s: %s", one->name, error->message);
  return FALSE;
}

int gallery_write(const char *folder, const GPtrArray *all) {
  g_autofree char *pictures = g_build_filename(folder, PICTURES, NULL);
  if (g_mkdir_with_parents(pictures, 0777) != 0)
    return cli_complain("scenarios", FALSE, "cannot make the folder %s: %s", pictures, g_strerror(errno));
  gboolean progress = isatty(STDERR_FILENO);
  for (guint i = 0; i < all->len; i++) {
    if (progress)
      fprintf(stderr, "\r%u of %u", i + 1, all->len);
    if (!draw_one(pictures, nth(all, i)))
      return EXIT_CANNOT;
  }
  if (progress)
    fputs("\r          \r", stderr);
  g_autoptr(GString) page = g_string_new(NULL);
  gallery_append_page(page, all);
  return cli_write_file(folder, PAGE, page->str, page->len) ? EXIT_HOLDS : EXIT_CANNOT;
}
