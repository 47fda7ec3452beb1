/* Runs scenarios that a test gives as text, and tells what happened as text: so that an expectation is typed as the
 * rules read, and a failure shows both sides. Times print exactly, to the nanosecond ("300ms", "1.05s"). */
#ifndef TEARDOWN_TESTS_UNIT_RUNS_H
#define TEARDOWN_TESTS_UNIT_RUNS_H

#include "run/run.h"
#include "scenario/scenario_json.h"

/* JSON in which ' stands for " (and nothing else). A scenario that does not load ends the test with its errors. */
Scenario *scenario_of(const char *text);
/* The same from a file of the source tree, as it is: "scenarios/loss/first-fin-lost.json". */
Scenario *scenario_of_file(const char *path);
/* Runs it once, without options. */
Trace *run_text(const char *text);

/* The common part of most: hosts "a" and "b" (rfc9293), a link of 50 ms, connection "c" from a:1000 to b:80,
 * established. `more` is put in between with a leading comma ("'apps': [...]"). To be freed. */
char *two_hosts(const char *more);
/* two_hosts() and run_text() in one. */
Trace *run_two_hosts(const char *more);

/* The states that an end of connection `conn` (NULL: whichever) enters: "FIN-WAIT-1@0s CLOSED@1.5s". A state that is
 * left at the instant it was entered is skipped. All of these are to be freed. */
char *path_of(const Trace *trace, const char *host, const char *conn);
/* The same with each step the segment took, nothing skipped. */
char *steps_of(const Trace *trace, const char *host, const char *conn);
/* Transmissions, a line each: "0s a F. 1:1(0) ack 1 lost", with " (WHY)" where it is sent again or out of turn. */
char *sends_of(const Trace *trace);
/* What the applications of a host (NULL: of all) call and are told: "0s b recv 100 ok". */
char *calls_of(const Trace *trace, const char *host);
/* What happens to ports: "1s a 1000 refused EADDRINUSE", "300ms a 1000 reserved until 240.3s". */
char *ports_of(const Trace *trace, const char *host);
/* Segments that the network lost: "25ms a link a>b fault 1". */
char *drops_of(const Trace *trace);
/* When an end's timer was armed again, or expired: "1.3s". `change` is TRACE_WORD_ARMED and so on. */
char *timers_of(const Trace *trace, const char *host, TcpTimer timer, TraceWord change);

/* How many records of a kind. */
unsigned count_of(const Trace *trace, TraceKind kind);
/* The last change of state of a host; NULL if there is none. */
const TraceRecord *last_state_of(const Trace *trace, const char *host);

/* The whole trace as JSONL; to be freed with g_free(). */
char *jsonl_of(const Trace *trace);

/* Frees `text` after comparing it. */
#define assert_told(text, expected)                                                                                    \
  do {                                                                                                                 \
    g_autofree char *told_ = (text);                                                                                   \
    g_assert_cmpstr(told_, ==, (expected));                                                                            \
  } while (0)

#endif
