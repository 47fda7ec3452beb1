#include "output/export/jsonl.h"

#include "trace/trace_writer.h"

#include <stdio.h>
#include <stdlib.h>

gboolean jsonl_write(const Trace *trace, GString *out, GError **error) {
  (void)error;
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  g_assert(file);
  gboolean ok = trace_write_jsonl(trace, file, NULL);
  g_assert(fclose(file) == 0 && ok); /* into memory: cannot fail */
  g_string_append_len(out, text, (gssize)length);
  free(text);
  return TRUE;
}
