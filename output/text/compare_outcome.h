/* How a run went, in a few facts for each end of each connection: what diff and compare set side by side. From the
 * trace alone. Texts are plain UTF-8, not yet cleaned. */
#ifndef TEARDOWN_OUTPUT_TEXT_COMPARE_OUTCOME_H
#define TEARDOWN_OUTPUT_TEXT_COMPARE_OUTCOME_H

#include "output/text/history.h"

typedef struct EndOutcome {
  char *host, *conn;
  char *path;                        /* "ESTABLISHED > FIN-WAIT-1 > ..."; states left at once are skipped */
  TcpState last;                     /* where it is in the end */
  SimTime in_state[TCP_STATE_COUNT]; /* how long it was in each state; the last lasts until the run ends */
  SimTime ended_at;                  /* when it came to its last state */
  SimTime closing_for;               /* from its first CLOSE (or ABORT) to CLOSED; SIM_NEVER if there is no such span */
  char *outcome;                     /* "closed normally", "still in CLOSE-WAIT" */
  gboolean normal;                   /* CLOSED after both FINs, or where it began */
  uint64_t sent, lost, resent;
} EndOutcome;

typedef struct RunOutcome {
  GPtrArray *ends; /* of EndOutcome, in the order of the connections, client before server */
  SimTime end_at;  /* of the run */
  SimTime done_at; /* when the last end came to its last state */
  uint64_t sent, lost, resent;
  gboolean normal; /* of all ends */
} RunOutcome;

RunOutcome *run_outcome_new(const Trace *trace);
void run_outcome_free(RunOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunOutcome, run_outcome_free)

/* The end of the same host and connection as `end` of another run; NULL if there is none. It is looked for at `hint`
 * first, the index that it has there. */
const EndOutcome *run_outcome_end(const RunOutcome *outcome, const EndOutcome *end, guint hint);

/* "client", or "client (web)" where there are other connections. */
char *end_outcome_name(const RunOutcome *outcome, const EndOutcome *end);

#endif
