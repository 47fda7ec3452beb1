/* Traces written by hand, for the tests of text output: what the simulator would record in well-known situations, typed
 * from the rules of RFC 9293, so that these tests need no simulator. Each call builds a new trace, the caller's. */
#ifndef TEARDOWN_TESTS_UNIT_TEXT_TRACES_H
#define TEARDOWN_TESTS_UNIT_TEXT_TRACES_H

#include "output/text/style.h"
#include "trace/trace.h"

/* A trace being written. Times are given in microseconds and stay until the next script_at(). */
typedef struct Script {
  Trace *trace;
  SimTime now;
  uint64_t last_id;
  const char *conn; /* connection of the records that follow */
} Script;

/* `hosts`: names separated by spaces; linked each with the next, `delay_ms` one way. */
void script_begin(Script *script, const char *title, const char *hosts, int64_t delay_ms);
Trace *script_end(Script *script, TraceWord reason);

void script_at(Script *script, int64_t us);
void script_conn(Script *script, const char *conn, const char *client, const char *server, TcpState state);
void script_app(Script *script, const char *host, const char *call, const char *result, int64_t octets);
void script_state(Script *script, const char *host, TcpState from, TcpState to, TcpStimulus stimulus, const char *rfc);
/* `segment` as packetdrill writes it: "F. 1:1(0) ack 1". Returns its id. */
uint64_t script_send(Script *script, const char *host, const char *peer, const char *segment);
uint64_t script_resend(Script *script, const char *host, const char *peer, const char *segment, uint64_t attempt,
                       const char *why);
void script_receive(Script *script, uint64_t id);
void script_drop(Script *script, uint64_t id, const char *by);
void script_delay(Script *script, uint64_t id, int64_t delay_ms, const char *by);
uint64_t script_duplicate(Script *script, uint64_t id, const char *by);
void script_discard(Script *script, uint64_t id, TcpCheck check);
void script_timer(Script *script, const char *host, TcpTimer timer, TraceWord change, int64_t until_us);
void script_port(Script *script, const char *host, uint16_t port, TraceWord change, int64_t until_us,
                 const char *error);
/* Any other record, on the script's time. */
void script_put(Script *script, TraceRecord record);
Name script_name(Script *script, const char *text);

typedef struct TextTrace {
  const char *name;
  Trace *(*build)(void);
} TextTrace;

/* The situations, by name; ends with a NULL name. */
extern const TextTrace text_traces[];
/* Builds the one of that name. */
Trace *text_trace(const char *name);

/* A trace of `count` records that nobody meant: any kinds, any values, from a stream that `seed` fixes. */
Trace *text_trace_of_noise(guint32 seed, unsigned count);

/* What a writer (ladder_write() and its sisters) makes of a trace; the caller's. */
typedef void (*TextWriter)(const Trace *trace, const TextStyle *style, GString *out);
char *text_of(TextWriter writer, const Trace *trace, unsigned width, gboolean ascii, gboolean colour);

/* Asserts that `text` is what tests/golden/text/FILE holds, or writes it there if TEARDOWN_UPDATE_GOLDEN is set. */
void assert_golden(const char *file, const char *text);
/* Asserts what holds of any text output, for every situation and for noise, at every width: no line is too wide, only
 * printable characters come out (ASCII if asked for), colour changes nothing else, and twice is the same. */
void assert_writer_is_sound(TextWriter writer);

#endif
