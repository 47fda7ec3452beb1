/* The page that stands beside the files of a run: title and lesson, pictures, the ladder, what was expected, and what
 * each file is. Markdown (CommonMark with tables); whatever a title, a name or a detail holds comes out as text. */
#ifndef TEARDOWN_OUTPUT_EXPORT_INDEX_H
#define TEARDOWN_OUTPUT_EXPORT_INDEX_H

#include "trace/trace.h"

#include <glib.h>

/* One that lies in the page's own folder. Its name holds letters, digits, dots, - and _ only. */
typedef struct IndexFile {
  char *name, *about;
  gboolean picture; /* is shown in the page */
} IndexFile;

typedef struct IndexReference {
  char *title, *url; /* url may be NULL; only http and https become links */
} IndexReference;

typedef struct IndexResult {
  gboolean ok;
  char *text, *detail; /* what was expected; what was instead, or NULL */
} IndexResult;

/* All that a page tells beside the trace. It owns what it holds. */
typedef struct Index {
  GArray *files;       /* of IndexFile */
  GArray *references;  /* of IndexReference */
  GArray *results;     /* of IndexResult */
  GPtrArray *left_out; /* of char *: a sentence for each file that could not be made */
} Index;

Index *index_new(void);
void index_free(Index *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Index, index_free)

/* Each copies its texts. */
void index_add_file(Index *index, const char *name, const char *about, gboolean picture);
void index_add_reference(Index *index, const char *title, const char *url);
void index_add_result(Index *index, gboolean ok, const char *text, const char *detail);

/* Appends the page. */
void index_write(const Index *index, const Trace *trace, GString *out);

#endif
