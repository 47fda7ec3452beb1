/* The forms in which a run is shown: --format, and the files of -o DIR. */
#ifndef TEARDOWN_COMMAND_SHOW_H
#define TEARDOWN_COMMAND_SHOW_H

#include "output/export/export.h"
#include "output/export/index.h"
#include "output/text/style.h"
#include "trace/trace.h"

/* `format` is a comma-separated list of ladder, timeline, summary, jsonl (NULL: ladder and timeline). Appends to `out`.
 * FALSE with `error` (owned by the caller) for a word it does not know. */
gboolean show_trace(const Trace *trace, const char *format, const TextStyle *style, GString *out, char **error);

/* TRUE if `format` is only words show_trace() knows; else FALSE and `error`. */
gboolean show_check_format(const char *format, char **error);

/* Writes a trace in every form into `directory`, with an index.md. `index` has what that page tells beside the trace,
 * and gets the files. What cannot be made (a picture without gnuplot) is left out with a line on stderr. FALSE after a
 * complaint on stderr if a file cannot be written. */
gboolean show_write_files(const Trace *trace, Index *index, const char *directory);

/* Writes the file of one format into `directory`, and one for each host if the format has such files. Adds them to
 * `index`, and to its `left_out` what is not possible. FALSE after a complaint on stderr if a file cannot be written.
 */
gboolean show_write_format(const Trace *trace, const ExportFormat *format, Index *index, const char *directory);

#endif
