/* Records in words, as the ladder, the timeline and the summary say them. Texts are plain UTF-8, not yet cleaned for a
 * terminal (names in them come from the trace). Strings returned as char * are the caller's; const ones are static or
 * the trace's. */
#ifndef TEARDOWN_OUTPUT_TEXT_WORDS_H
#define TEARDOWN_OUTPUT_TEXT_WORDS_H

#include "output/text/history.h"
#include "output/text/style.h"

/* "close()", "send(100)", "end of stream", "connection reset"; NULL for what another record says as well. */
char *words_app(const Trace *trace, const TraceRecord *record);
/* Whether a call was refused: its result is an errno's name. */
gboolean words_app_failed(const Trace *trace, const TraceRecord *record);
/* Whether the application is told something, rather than asks for something. */
gboolean words_app_told(const Trace *trace, const TraceRecord *record);
/* The application's name where it tells more than host and connection do: NULL if it is "HOST.CONN". */
const char *words_app_name(const Trace *trace, const TraceRecord *record);

/* "lost: link down" */
char *words_dropped(const Trace *trace, const TraceRecord *record);
/* "attempt 2 (probe)", "challenge ACK"; NULL for a plain first transmission. */
char *words_attempt(const Trace *trace, const TraceRecord *record);
/* "ignored: not in the window" */
const char *words_check(TcpCheck check);
/* "nothing is left that could happen" */
const char *words_end(TraceWord reason);
/* What ended a state where no segment and no call shows it: "2 MSL over", "gives up"; NULL else. */
const char *words_timeout(const TraceRecord *record);
/* How an end came to CLOSED, from the record that took it there: "closed normally", "reset by the peer", "timed out".
 * */
char *words_closed(const TraceRecord *record);
/* Why a state was left: "the peer's FIN, in order (3.10.7.4)", with the section of RFC 9293. `first` and `last` are
 * the records of a step that may have led through other states; the same one for a step that did not. */
char *words_step(const Trace *trace, const TraceRecord *first, const TraceRecord *last);
/* The segment in packetdrill notation, as short as `level` says: 0 with options of interest, 1 without, 2 without the
 * acknowledgment, 3 flags only. */
#define WORDS_SEGMENT_LEVELS 4
char *words_segment(const TraceRecord *record, unsigned level);

#endif
