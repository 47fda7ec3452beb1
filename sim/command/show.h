/* The forms in which a run is shown: --format, and the files of -o DIR. */
#ifndef TEARDOWN_COMMAND_SHOW_H
#define TEARDOWN_COMMAND_SHOW_H

#include "output/text/style.h"
#include "trace/trace.h"

/* `format` is a comma-separated list of ladder, timeline, summary, jsonl (NULL: ladder and timeline). Appends to `out`.
 * FALSE with `error` (owned by the caller) for a word it does not know. */
gboolean show_trace(const Trace *trace, const char *format, const TextStyle *style, GString *out, char **error);

/* TRUE if `format` is only words show_trace() knows; else FALSE and `error`. */
gboolean show_check_format(const char *format, char **error);

/* Writes trace.jsonl, ladder.txt, timeline.txt and summary.txt into `directory`; FALSE after a complaint on stderr. */
gboolean show_write_files(const Trace *trace, const char *directory);

#endif
