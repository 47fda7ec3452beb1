#include "output/export/index.h"

#include "output/export/markdown.h"
#include "output/text/ladder.h"
#include "output/text/style.h"

#include <string.h>

/* Columns of the ladder: what a page shows without a scroll bar. */
#define LADDER_WIDTH 100

static void file_clear(gpointer data) {
  g_free(((IndexFile *)data)->name);
  g_free(((IndexFile *)data)->about);
}

static void reference_clear(gpointer data) {
  g_free(((IndexReference *)data)->title);
  g_free(((IndexReference *)data)->url);
}

static void result_clear(gpointer data) {
  g_free(((IndexResult *)data)->text);
  g_free(((IndexResult *)data)->detail);
}

static GArray *array_new(guint size, GDestroyNotify clear) {
  GArray *array = g_array_new(FALSE, FALSE, size);
  g_array_set_clear_func(array, clear);
  return array;
}

Index *index_new(void) {
  Index *index = g_new0(Index, 1);
  index->files = array_new(sizeof(IndexFile), file_clear);
  index->references = array_new(sizeof(IndexReference), reference_clear);
  index->results = array_new(sizeof(IndexResult), result_clear);
  index->left_out = g_ptr_array_new_with_free_func(g_free);
  return index;
}

void index_free(Index *index) {
  g_array_unref(index->files);
  g_array_unref(index->references);
  g_array_unref(index->results);
  g_ptr_array_unref(index->left_out);
  g_free(index);
}

void index_add_file(Index *index, const char *name, const char *about, gboolean picture) {
  IndexFile file = {.name = g_strdup(name), .about = g_strdup(about), .picture = picture};
  g_array_append_val(index->files, file);
}

void index_add_reference(Index *index, const char *title, const char *url) {
  IndexReference reference = {.title = g_strdup(title), .url = g_strdup(url)};
  g_array_append_val(index->references, reference);
}

void index_add_result(Index *index, gboolean ok, const char *text, const char *detail) {
  IndexResult result = {.ok = ok, .text = g_strdup(text), .detail = g_strdup(detail)};
  g_array_append_val(index->results, result);
}

static void append_references(const Index *index, GString *out) {
  if (index->references->len == 0)
    return;
  g_string_append(out, "\n## References\n\n");
  for (guint i = 0; i < index->references->len; i++) {
    const IndexReference *reference = &g_array_index(index->references, IndexReference, i);
    gboolean link =
        reference->url && (g_str_has_prefix(reference->url, "https://") || g_str_has_prefix(reference->url, "http://"));
    g_string_append(out, link ? "- [" : "- ");
    markdown_append(out, reference->title ? reference->title : reference->url);
    if (link) {
      g_string_append(out, "](");
      markdown_append_url(out, reference->url);
      g_string_append_c(out, ')');
    }
    g_string_append_c(out, '\n');
  }
}

static void append_pictures(const Index *index, GString *out) {
  for (guint i = 0; i < index->files->len; i++) {
    const IndexFile *file = &g_array_index(index->files, IndexFile, i);
    if (!file->picture)
      continue;
    g_string_append(out, "\n![");
    markdown_append(out, file->about);
    g_string_append_printf(out, "](%s)\n", file->name);
  }
}

/* In a fence that is longer than any run of backticks in it. */
static void append_ladder(const Trace *trace, GString *out) {
  const TextStyle style = {.width = LADDER_WIDTH};
  g_autoptr(GString) ladder = g_string_new(NULL);
  ladder_write(trace, &style, ladder);
  unsigned longest = 2, run = 0;
  for (const char *p = ladder->str; *p; p++) {
    run = *p == '`' ? run + 1 : 0;
    longest = MAX(longest, run);
  }
  g_autofree char *fence = g_strnfill(longest + 1, '`');
  g_string_append_printf(out, "\n## What happened\n\n%stext\n%s%s\n", fence, ladder->str, fence);
}

static void append_results(const Index *index, GString *out) {
  if (index->results->len == 0)
    return;
  g_string_append(out, "\n## What was expected\n\n| | expected | instead |\n|---|---|---|\n");
  for (guint i = 0; i < index->results->len; i++) {
    const IndexResult *result = &g_array_index(index->results, IndexResult, i);
    g_string_append(out, result->ok ? "| holds | " : "| **fails** | ");
    markdown_append(out, result->text);
    g_string_append(out, " | ");
    markdown_append(out, result->detail);
    g_string_append(out, " |\n");
  }
}

static void append_files(const Index *index, GString *out) {
  g_string_append(out, "\n## Files\n\n| file | what it is |\n|---|---|\n");
  for (guint i = 0; i < index->files->len; i++) {
    const IndexFile *file = &g_array_index(index->files, IndexFile, i);
    g_string_append_printf(out, "| [%s](%s) | ", file->name, file->name);
    markdown_append(out, file->about);
    g_string_append(out, " |\n");
  }
  for (guint i = 0; i < index->left_out->len; i++) {
    g_string_append_c(out, '\n');
    markdown_append(out, index->left_out->pdata[i]);
    g_string_append_c(out, '\n');
  }
}

static void append_origin(const TraceHeader *header, GString *out) {
  g_string_append(out, "\n## Where it comes from\n\n");
  if (header->scenario) {
    g_string_append(out, "- scenario ");
    markdown_append(out, header->scenario);
    g_string_append_c(out, '\n');
  }
  g_string_append_printf(out, "- seed %" G_GUINT64_FORMAT ", run %" G_GUINT64_FORMAT "\n", header->seed, header->run);
  if (header->sha256) {
    g_string_append(out, "- sha256 of the scenario ");
    markdown_append(out, header->sha256);
    g_string_append_c(out, '\n');
  }
}

void index_write(const Index *index, const Trace *trace, GString *out) {
  const TraceHeader *header = trace->header;
  const char *title = header && header->title ? header->title : header && header->scenario ? header->scenario : NULL;
  g_string_append(out, "# ");
  markdown_append(out, title ? title : "A run of teardown");
  g_string_append_c(out, '\n');
  if (header && header->lesson) {
    g_string_append_c(out, '\n');
    markdown_append(out, header->lesson);
    g_string_append_c(out, '\n');
  }
  append_pictures(index, out);
  append_ladder(trace, out);
  append_results(index, out);
  append_files(index, out);
  append_references(index, out);
  if (header)
    append_origin(header, out);
}
