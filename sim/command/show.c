#include "command/show.h"

#include "command/cli.h"
#include "output/text/ladder.h"
#include "output/text/summary.h"
#include "output/text/timeline.h"
#include "trace/trace_writer.h"

#include <stdlib.h>
#include <string.h>

static void jsonl_write(const Trace *trace, const TextStyle *style, GString *out) {
  (void)style;
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  g_assert(file);
  gboolean ok = trace_write_jsonl(trace, file, NULL);
  g_assert(fclose(file) == 0 && ok); /* into memory: cannot fail */
  g_string_append_len(out, text, (gssize)length);
  free(text);
}

typedef struct Form {
  const char *name, *file;
  void (*write)(const Trace *trace, const TextStyle *style, GString *out);
} Form;

static const Form FORMS[] = {
    {"ladder", "ladder.txt", ladder_write},
    {"timeline", "timeline.txt", timeline_write},
    {"summary", "summary.txt", summary_write},
    {"jsonl", "trace.jsonl", jsonl_write},
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

gboolean show_write_files(const Trace *trace, const char *directory) {
  const TextStyle style = {.width = 100};
  for (unsigned i = 0; i < G_N_ELEMENTS(FORMS); i++) {
    GString *text = g_string_new(NULL);
    FORMS[i].write(trace, &style, text);
    gboolean ok = cli_write_file(directory, FORMS[i].file, text->str, text->len);
    g_string_free(text, TRUE);
    if (!ok)
      return FALSE;
  }
  return TRUE;
}
