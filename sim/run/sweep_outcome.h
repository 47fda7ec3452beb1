/* What became of the connections of one run, counted while it happens: a TraceSink that keeps a few words for each end
 * and no record. And tallies of many runs, which add up in any order. */
#ifndef TEARDOWN_RUN_SWEEP_OUTCOME_H
#define TEARDOWN_RUN_SWEEP_OUTCOME_H

#include "run/run.h"
#include "tcp/tcp_fsm.h"

typedef enum { SWEEP_CLIENT, SWEEP_SERVER, SWEEP_SIDES } SweepSide;

/* How an end of a connection ended: identifier, word, what it means. Each end of each run counts once. */
#define SWEEP_ENDS(X)                                                                                                  \
  X(CLOSED, "closed", "closed normally, both FINs acknowledged (or the connection never got to need that)")            \
  X(RESET, "reset", "a RST (or a SYN that counts as one) of the peer ended it")                                        \
  X(ABORTED, "aborted", "its own side sent a RST and dropped it")                                                      \
  X(GAVE_UP, "gave-up", "a timer ended it: retransmissions, user, keepalive, FIN-WAIT-2 or LAST-ACK timeout")          \
  X(CUT, "assassinated", "a RST ended its TIME-WAIT early")                                                            \
  X(CRASHED, "crashed", "its host crashed")                                                                            \
  X(WAITING, "waiting", "it still existed when the run ended")                                                         \
  X(UNOPENED, "unopened", "it never left CLOSED and LISTEN")
#define SWEEP_END_ENUM(id, word, meaning) SWEEP_END_##id,
typedef enum { SWEEP_ENDS(SWEEP_END_ENUM) SWEEP_END_COUNT } SweepEndKind;
#undef SWEEP_END_ENUM
/* The words, NULL at the end. */
extern const char *const sweep_end_words[];

/* What is measured at each end: identifier, word, unit. Times count from the first sign of closing: a close, shutdown
 * or abort call, or the first change of state that leaves the connection, whichever side it is on. */
#define SWEEP_MEASURES(X)                                                                                              \
  X(OWN_FIN, "own-fin", TIME) /* until it enters FIN-WAIT-1 or LAST-ACK: its own FIN is sent, or waits for its turn */ \
  X(PEER_FIN, "peer-fin", TIME) /* until the peer's FIN has arrived: CLOSE-WAIT, CLOSING, TIME-WAIT */                 \
  X(DONE, "done", TIME)         /* until nothing is left to be said: TIME-WAIT is entered, or CLOSED without it */     \
  X(CLOSED, "closed", TIME)     /* until CLOSED, of ends that closed normally */                                       \
  X(GONE, "gone", TIME)         /* until CLOSED, however */                                                            \
  X(FINS, "fins", COUNT)        /* transmissions of its FIN */
/* And of each run as a whole. */
#define SWEEP_RUN_MEASURES(X)                                                                                          \
  X(SEGMENTS, "segments", COUNT)                                                                                       \
  X(AGAIN, "retransmissions", COUNT)                                                                                   \
  X(RESTARTS, "time-wait-restarts", COUNT)
#define SWEEP_MEASURE_ENUM(id, word, unit)     SWEEP_MEASURE_##id,
#define SWEEP_RUN_MEASURE_ENUM(id, word, unit) SWEEP_RUN_##id,
typedef enum { SWEEP_MEASURES(SWEEP_MEASURE_ENUM) SWEEP_MEASURE_COUNT } SweepMeasure;
typedef enum { SWEEP_RUN_MEASURES(SWEEP_RUN_MEASURE_ENUM) SWEEP_RUN_COUNT } SweepRunMeasure;
#undef SWEEP_MEASURE_ENUM
#undef SWEEP_RUN_MEASURE_ENUM
extern const char *const sweep_measure_words[];
extern const char *const sweep_run_measure_words[];
gboolean sweep_measure_is_time(SweepMeasure measure);

/* Sums over runs. A SweepTally owns its arrays. */
typedef struct SweepTally {
  uint64_t runs;
  uint64_t cut_short; /* runs that spent a budget of the scenario */
  uint64_t ends[SWEEP_SIDES];
  uint64_t end_counts[SWEEP_SIDES][SWEEP_END_COUNT];
  uint64_t visited[SWEEP_SIDES][TCP_STATE_COUNT];    /* ends that were in the state at some time */
  uint64_t undisturbed;                              /* runs that sent nothing twice */
  uint64_t restarted;                                /* runs in which a TIME-WAIT started anew */
  uint64_t conns;                                    /* connections */
  uint64_t both_closing, one_closing;                /* of them: so many of whose ends were in CLOSING */
  GArray *samples[SWEEP_SIDES][SWEEP_MEASURE_COUNT]; /* of int64_t; nanoseconds or counts */
  GArray *run_samples[SWEEP_RUN_COUNT];
  unsigned n_rows;
  uint64_t *row_hits, *row_runs; /* of each row of the table: hits in all, runs in which it was hit */
} SweepTally;

SweepTally *sweep_tally_new(void);
void sweep_tally_free(SweepTally *tally);
void sweep_tally_add(SweepTally *sum, const SweepTally *other);

/* Runs scenarios one after the other and counts. `connection`: of which entry of "connections"; NULL: of all. */
typedef struct SweepCounter SweepCounter;
SweepCounter *sweep_counter_new(const char *connection);
void sweep_counter_free(SweepCounter *counter);
void sweep_counter_run(SweepCounter *counter, const Scenario *scenario, uint64_t run, SweepTally *tally);

#endif
