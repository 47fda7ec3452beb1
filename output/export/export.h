/* What a trace can be turned into for other tools, as one const table: a format is a line here, a pair of files beside
 * this one, and nothing else. Each is a pure function from a trace to octets: the same trace gives the same octets on
 * every machine. */
#ifndef TEARDOWN_OUTPUT_EXPORT_EXPORT_H
#define TEARDOWN_OUTPUT_EXPORT_EXPORT_H

#include "trace/trace.h"

/* Why an export is not possible although the trace is sound. */
typedef enum {
  EXPORT_ERROR_TOO_LARGE, /* it would take more than EXPORT_MAX octets */
  EXPORT_ERROR_NO_HOST,   /* the trace has no host of that name */
} ExportError;
#define EXPORT_ERROR (export_error_quark())
GQuark export_error_quark(void);

/* A capture holds the octets that a trace only counts, so a small trace could fill the memory. */
#define EXPORT_MAX ((size_t)1 << 30)

typedef struct ExportFormat {
  const char *name;       /* for the command line: "pcapng" */
  const char *file;       /* what its file is called where nobody says otherwise: "all-hosts.pcapng" */
  const char *about;      /* one line for people */
  gboolean binary;        /* not for a terminal */
  const char *about_host; /* the same of one host's file, "what %s saw": with its name in place of %s; NULL without */
  /* Appends to `out`; FALSE with `error`, and `out` then holds a part. NULL for a format that is of one host only. */
  gboolean (*write)(const Trace *trace, GString *out, GError **error);
  /* The same with what one host saw alone; NULL for a format without that. Its files are named HOST.SUFFIX, after the
   * suffix of `file`. */
  gboolean (*write_host)(const Trace *trace, const char *host, GString *out, GError **error);
} ExportFormat;

/* All formats; `ret_count` is their number. */
const ExportFormat *export_formats(unsigned *ret_count);
/* NULL if there is none of that name. */
const ExportFormat *export_find(const char *name);
/* The one format whose file has the suffix of `path`; NULL if there is none, or more than one. */
const ExportFormat *export_guess(const char *path);
/* What follows the last dot of a format's file. */
const char *export_suffix(const ExportFormat *format);

#endif
