#include "command/show.h"

#include "command/cli.h"
#include "command/show_pictures.h"
#include "output/export/jsonl.h"
#include "output/export/pcapng.h"
#include "output/text/ladder.h"
#include "output/text/summary.h"
#include "output/text/timeline.h"

#include <string.h>

/* Of a host's name in a file's name: what follows is cut off. */
#define FILE_NAME_MAX 64
/* Columns of the text files. */
#define TEXT_FILE_WIDTH 100

/* --- text --------------------------------------------------------------------------------------------------------- */

static void write_jsonl(const Trace *trace, const TextStyle *style, GString *out) {
  (void)style;
  jsonl_write(trace, out, NULL);
}

typedef struct Form {
  const char *name;
  const char *file, *about; /* of -o DIR; NULL: an export format writes it */
  void (*write)(const Trace *trace, const TextStyle *style, GString *out);
} Form;

static const Form FORMS[] = {
    {"ladder", "ladder.txt", "what happened, segment by segment", ladder_write},
    {"timeline", "timeline.txt", "each end's states, from when until when, and why it left them", timeline_write},
    {"summary", "summary.txt", "how each end came to its end, and what it cost", summary_write},
    {"jsonl", NULL, NULL, write_jsonl},
};

static const Form *form_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(FORMS); i++)
    if (strcmp(FORMS[i].name, name) == 0)
      return &FORMS[i];
  return NULL;
}

gboolean show_check_format(const char *format, char **error) {
  g_auto(GStrv) words = g_strsplit(*format ? format : " ", ",", -1); /* no text at all would be no word */
  for (char **word = words; *word; word++)
    if (!form_find(*word)) {
      *error = g_strdup_printf("--format: expected a list of ladder, timeline, summary, jsonl, not \"%s\"", *word);
      return FALSE;
    }
  return TRUE;
}

gboolean show_trace(const Trace *trace, const char *format, const TextStyle *style, GString *out, char **error) {
  if (!format)
    format = "ladder,timeline";
  if (!show_check_format(format, error))
    return FALSE;
  g_auto(GStrv) words = g_strsplit(format, ",", -1);
  for (char **word = words; *word; word++) {
    if (word != words)
      g_string_append_c(out, '\n');
    form_find(*word)->write(trace, style, out);
  }
  return TRUE;
}

static gboolean write_texts(const Trace *trace, Index *index, const char *directory) {
  const TextStyle style = {.width = TEXT_FILE_WIDTH};
  for (unsigned i = 0; i < G_N_ELEMENTS(FORMS); i++) {
    if (!FORMS[i].file)
      continue;
    g_autoptr(GString) text = g_string_new(NULL);
    FORMS[i].write(trace, &style, text);
    if (!cli_write_file(directory, FORMS[i].file, text->str, text->len))
      return FALSE;
    index_add_file(index, FORMS[i].file, FORMS[i].about, FALSE);
  }
  return TRUE;
}

/* --- exports ------------------------------------------------------------------------------------------------------ */

/* A host's name as the name of a file that no other host has, whatever the host is called. Names that differ in case
 * only are the same to some file systems. */
static char *file_name(const char *host, const ExportFormat *format, GHashTable *taken) {
  g_autofree char *base = g_strndup(*host ? host : "host", FILE_NAME_MAX);
  for (char *p = base; *p; p++)
    if (!g_ascii_isalnum(*p) && *p != '-' && *p != '_')
      *p = '_';
  char *name = g_strdup_printf("%s.%s", base, export_suffix(format));
  for (unsigned n = 2; !g_hash_table_add(taken, g_ascii_strdown(name, -1)); n++) {
    g_free(name);
    name = g_strdup_printf("%s-%u.%s", base, n, export_suffix(format));
  }
  return name;
}

/* The file of one host, or of all if `host` is NULL. */
static gboolean write_export(const Trace *trace, const ExportFormat *format, const char *host, const char *name,
                             Index *index, const char *directory) {
  g_autoptr(GString) octets = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  gboolean ok = host ? format->write_host(trace, host, octets, &error) : format->write(trace, octets, &error);
  if (!ok) {
    char *sentence = g_strdup_printf("%s is left out: %s", name, error->message);
    g_ptr_array_add(index->left_out, sentence);
    return TRUE;
  }
  if (!cli_write_file(directory, name, octets->str, octets->len))
    return FALSE;
  g_auto(GStrv) parts = g_strsplit(host ? format->about_host : format->about, "%s", 2);
  g_autofree char *about = g_strjoinv(host, parts);
  index_add_file(index, name, about, FALSE);
  return TRUE;
}

gboolean show_write_format(const Trace *trace, const ExportFormat *format, Index *index, const char *directory) {
  g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add(taken, g_strdup(format->file));
  if (format->write_host) {
    g_autoptr(GPtrArray) hosts = pcapng_hosts(trace);
    for (guint i = 0; i < hosts->len; i++) {
      g_autofree char *name = file_name(hosts->pdata[i], format, taken);
      if (!write_export(trace, format, hosts->pdata[i], name, index, directory))
        return FALSE;
    }
  }
  return !format->write || write_export(trace, format, NULL, format->file, index, directory);
}

static void tell_left_out(const Index *index) {
  for (guint i = 0; i < index->left_out->len; i++) {
    g_autofree char *clean = cli_clean(index->left_out->pdata[i]);
    fprintf(stderr, "teardown: %s\n", clean);
  }
}

gboolean show_write_files(const Trace *trace, Index *index, const char *directory) {
  unsigned count;
  const ExportFormat *formats = export_formats(&count);
  gboolean ok = write_texts(trace, index, directory);
  for (unsigned i = 0; ok && i < count; i++)
    ok = show_write_format(trace, &formats[i], index, directory);
  if (!ok || !show_write_pictures(trace, index, directory))
    return FALSE;
  tell_left_out(index);
  g_autoptr(GString) page = g_string_new(NULL);
  index_write(index, trace, page);
  return cli_write_file(directory, "index.md", page->str, page->len);
}
