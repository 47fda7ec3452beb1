/* A run explained: each step of it (explain_steps.h) in plain sentences, with the sections of the RFCs. */
#ifndef TEARDOWN_OUTPUT_TEXT_EXPLAIN_H
#define TEARDOWN_OUTPUT_TEXT_EXPLAIN_H

#include "output/text/style.h"
#include "trace/trace.h"

/* Which part of a run is wanted. */
typedef struct ExplainChoice {
  const char *host, *conn; /* only this host, this connection; NULL: all */
  SimTime from, until;     /* both included; 0 and SIM_NEVER: all of it */
  gboolean brief;          /* only what changes a state or needs a reason, and of that only the reason */
} ExplainChoice;

/* Append the explanation. As text no line is wider than the style's width, times are in seconds, and the same trace,
 * choice and style give the same bytes. Markdown and JSON take no style. Steps are numbered in the whole run. */
void explain_write_text(const Trace *trace, const ExplainChoice *choice, const TextStyle *style, GString *out);
void explain_write_markdown(const Trace *trace, const ExplainChoice *choice, GString *out);
/* {"scenario", "title", "steps": [{"step", "t", "host", "conn", "state", "changes", "rfc", "came", "check", ...}]};
 * each part is a list of sentences. */
void explain_write_json(const Trace *trace, const ExplainChoice *choice, GString *out);

#endif
