#include "output/picture/glyphs.h"

#include "output/picture/font_metrics.h"

#include <stdlib.h>
#include <string.h>

/* Whether the table of DejaVu Sans, which also stands in for the other three, has the character. */
static gboolean in_dejavu(gunichar c) {
  char text[7] = {0};
  g_unichar_to_utf8(c, text);
  return font_text_width(FONT_SANS, 2048, text) < font_text_width(FONT_SANS, 2048, "\U0010FFFD");
}

static void take_text(GHashTable *set, const char *text) {
  for (const char *at = text; *at; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (c >= 0x7f && !in_dejavu(c))
      g_hash_table_add(set, GUINT_TO_POINTER(c));
  }
}

/* Takes out the characters of a font's set, which fc-list prints as "20-7e a0-17f 192". */
static void drop_ranges(GHashTable *set, const char *line) {
  while (*line) {
    char *end;
    unsigned long first = strtoul(line, &end, 16), last = first;
    if (end == line)
      return;
    if (*end == '-')
      last = strtoul(end + 1, &end, 16);
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &key, NULL))
      if (GPOINTER_TO_UINT(key) >= first && GPOINTER_TO_UINT(key) <= last)
        g_hash_table_iter_remove(&iter);
    line = end + strspn(end, " ");
  }
}

static void drop_installed(GHashTable *set) {
  g_autofree char *program = g_find_program_in_path("fc-list");
  g_autofree char *output = NULL;
  char *argv[] = {program, (char[]){"--format"}, (char[]){"%{charset}\\n"}, NULL};
  if (!program || !g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL, NULL, NULL))
    return;
  g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
  for (char **line = lines; *line && g_hash_table_size(set) > 0; line++)
    drop_ranges(set, *line);
}

GHashTable *glyphs_lacking(const Drawing *drawing) {
  GHashTable *set = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < drawing->marks->len; i++) {
    const DrawingMark *mark = drawing->marks->pdata[i];
    if (mark->kind == MARK_TEXT)
      take_text(set, mark->text);
  }
  if (g_hash_table_size(set) > 0)
    drop_installed(set);
  if (g_hash_table_size(set) > 0)
    return set;
  g_hash_table_unref(set);
  return NULL;
}

char *glyphs_replace(const char *text, GHashTable *lacking) {
  GString *out = g_string_sized_new(strlen(text));
  for (const char *at = text; *at; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    g_string_append_unichar(out, g_hash_table_contains(lacking, GUINT_TO_POINTER(c)) ? 0xFFFD : c);
  }
  return g_string_free(out, FALSE);
}
