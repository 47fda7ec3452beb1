/* Single records as sentences, for the steps of an explanation. All strings are the caller's, plain UTF-8, not yet
 * cleaned. Private to explain*.c. */
#ifndef TEARDOWN_OUTPUT_TEXT_EXPLAIN_LINES_H
#define TEARDOWN_OUTPUT_TEXT_EXPLAIN_LINES_H

#include "output/text/explain_track.h"
#include "output/text/history.h"
#include "output/text/style.h"

typedef struct ExplainSource {
  const Trace *trace;
  const History *history;
  TextTimeUnit unit;      /* in which every instant of the trace is exact */
  GHashTable *corrupted;  /* of segment ids, as keys */
  GHashTable *duplicated; /* segment id to the record that copied it */
} ExplainSource;

ExplainSource *explain_source_new(const Trace *trace);
void explain_source_free(ExplainSource *source);

/* "1.300 000" */
char *explain_at(const ExplainSource *source, SimTime at);
/* "RFC 9293 3.10.7.4" of "3.10.7.4 eighth"; other sources as they are. */
char *explain_section(const char *rfc);

/* "F. 1:1(0) ack 1 from client (segment 2, attempt 2, sent at 1.000 000)" */
char *explain_arrival(const ExplainSource *source, const TraceRecord *received);
/* "F. 1:1(0) ack 1 to server (segment 2): the FIN again, ...; lost ..." */
char *explain_departure(const ExplainSource *source, const TraceRecord *sent);
char *explain_injection(const ExplainSource *source, const TraceRecord *injected);
/* "calls close()", "reads 100 octets", "is told: connection reset". */
char *explain_app(const Trace *trace, const TraceRecord *app);
/* What a timer does, for the end before the record; NULL for what needs no words. `host` may be NULL. */
char *explain_timer_change(const ExplainSource *source, const ExplainEnd *end, const TraceHost *host,
                           const TraceRecord *timer);
char *explain_port(const ExplainSource *source, const TraceRecord *port);

/* The host of this name in the header; NULL if it has none. The value of its parameter; NULL if it is not there. */
const TraceHost *explain_host(const Trace *trace, Name name);
const char *explain_param(const TraceHost *host, const char *name);

#endif
