/* A run, step by step: what came to an end of a connection, which check it met, what changed and why. A step is one
 * event (a segment that arrives, a call, a timeout, a crash) with all that followed from it at that instant.
 *
 * The trace may come from anywhere: what it does not show is left out, records that belong to no event make a step of
 * their own. Texts are plain UTF-8, not yet cleaned. */
#ifndef TEARDOWN_OUTPUT_TEXT_EXPLAIN_STEPS_H
#define TEARDOWN_OUTPUT_TEXT_EXPLAIN_STEPS_H

#include "output/text/style.h"
#include "trace/trace.h"

/* The parts of a step, in the order in which they are told: identifier, word. */
#define EXPLAIN_PARTS(X)                                                                                               \
  X(CAME, "came")                                                                                                      \
  X(CHECK, "check")                                                                                                    \
  X(WHY, "why")                                                                                                        \
  X(STACK, "stack")                                                                                                    \
  X(CHANGE, "change")                                                                                                  \
  X(SENDS, "sends")                                                                                                    \
  X(TIMER, "timer")                                                                                                    \
  X(APP, "app")                                                                                                        \
  X(PORT, "port")
#define EXPLAIN_ENUM_PART(id, word) EXPLAIN_##id,
typedef enum { EXPLAIN_PARTS(EXPLAIN_ENUM_PART) EXPLAIN_PART_COUNT } ExplainPart;
#undef EXPLAIN_ENUM_PART
const char *explain_part_word(ExplainPart part);

typedef struct ExplainLine {
  ExplainPart part;
  char *text;
} ExplainLine;

/* A change of state; the step may have more than one, also of another connection at the host. */
typedef struct ExplainChange {
  Name conn;
  TcpState from, to;
} ExplainChange;

typedef struct ExplainStep {
  SimTime t;
  Name host, conn;    /* either may be 0 */
  gboolean has_state; /* the state before it is known: */
  TcpState state;
  GArray *changes;     /* of ExplainChange */
  GPtrArray *lines;    /* of ExplainLine, by part */
  GPtrArray *sections; /* of char *: "RFC 9293 3.10.7.4", each once */
  gboolean notable;    /* a change of state, or a rule that matters to who wants to know why */
} ExplainStep;

typedef struct Explanation {
  GPtrArray *steps; /* of ExplainStep, by time */
  TextTimeUnit unit;
} Explanation;

Explanation *explanation_new(const Trace *trace);
void explanation_free(Explanation *explanation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Explanation, explanation_free)

#endif
