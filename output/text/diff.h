/* Two runs side by side: where they part, and what is different after that. From two traces, of whatever origin.
 *
 * Ends and segments are found again in the other run by what they are: an end by host and connection; a segment by its
 * direction, flags, numbers (relative) and length, the n-th of its kind with the n-th. What no reader of a ladder could
 * see (raw numbers, options, windows, the numbers that segments have in a trace) is not compared. */
#ifndef TEARDOWN_OUTPUT_TEXT_DIFF_H
#define TEARDOWN_OUTPUT_TEXT_DIFF_H

#include "output/text/compare_outcome.h"
#include "output/text/style.h"
#include "trace/trace.h"

/* A segment of either run. Records are those of departure and their contents; NULL where it does not occur. */
typedef struct DiffSegment {
  const TraceRecord *contents[2];
  SimTime at[2];
  gboolean lost[2];
} DiffSegment;

typedef struct TraceDiff {
  const Trace *trace[2];
  RunOutcome *outcome[2];
  const TraceRecord *parted[2]; /* the first event that differs; NULL: no more come in that run */
  gboolean same;                /* no event differs */
  GArray *segments;             /* of DiffSegment: those that are not in both at the same time with the same fate */
  uint64_t n_common;            /* segments that are */
} TraceDiff;

/* Borrows the traces. */
TraceDiff *trace_diff_new(const Trace *a, const Trace *b);
void trace_diff_free(TraceDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceDiff, trace_diff_free)

/* "client sends F. 1:1(0) ack 1 to server"; NULL for a record that is no event to compare. The caller's. */
char *diff_event_words(const Trace *trace, const TraceRecord *record);

/* Append the difference. `labels` say what the two are. `brief`: where they part and the outcomes, no ladders. No line
 * is wider than the style's width; two ladders that do not fit side by side stand one after the other. */
void diff_write_text(const TraceDiff *diff, const char *const labels[2], gboolean brief, const TextStyle *style,
                     GString *out);
void diff_write_json(const TraceDiff *diff, const char *const labels[2], GString *out);

#endif
