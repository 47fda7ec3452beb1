/* What a scenario may claim about its trace, in the trace's own words: values that the scenario loader fills and that
 * check/ judges. They live here because both sides share them and neither may know the other. */
#ifndef TEARDOWN_TRACE_EXPECTATION_H
#define TEARDOWN_TRACE_EXPECTATION_H

#include "engine/simtime.h"
#include "tcp/tcp_names.h"
#include "trace/notation.h"

#include <glib.h>

typedef enum {
  EXPECT_PATH,     /* the whole path of states of one end, states left at the instant they were entered skipped */
  EXPECT_STATE_AT, /* the state at an instant, after all events of that instant */
  EXPECT_COUNT,    /* how many transmissions match */
  EXPECT_ORDER,    /* transmissions that match each pattern occur in this order (others may come between) */
  EXPECT_PORT,     /* a port is reserved from one instant to another */
  EXPECT_CALL,     /* a call gave a result */
  EXPECT_OCTETS,   /* how many octets an application has read in all */
  EXPECT_END,      /* why the run ended */
} ExpectKind;

/* Which transmissions: NULL and zero members match everything. */
typedef struct SegmentMatch {
  char *from, *to, *conn; /* host names, connection name */
  gboolean flags_exact;   /* all flags equal, else at least these */
  TcpFlags flags;
  gboolean has_len, has_seq, has_attempt;
  uint32_t len, seq; /* seq is relative */
  uint64_t attempt;
  gboolean has_lost; /* only those that were (not) lost on the way */
  gboolean lost;
} SegmentMatch;

typedef struct Expectation {
  ExpectKind kind;
  gboolean never; /* the claim must not hold, at any time: never in that state, no such segment */
  char *text;     /* in words, for the report; made by the loader from the JSON */
  int line;       /* in the scenario file; 0 unknown */
  char *host, *conn, *app;
  GArray *path;        /* EXPECT_PATH: of TcpState */
  TcpState state;      /* EXPECT_STATE_AT */
  SimTime at;          /* EXPECT_STATE_AT, EXPECT_CALL (SIM_NEVER: whenever) */
  GPtrArray *segments; /* EXPECT_COUNT (one), EXPECT_ORDER: of SegmentMatch, owned */
  int64_t min, max;    /* EXPECT_COUNT, EXPECT_OCTETS: inclusive; max < 0 means no upper bound */
  uint16_t port;       /* EXPECT_PORT */
  SimTime from, until; /* EXPECT_PORT */
  char *call, *result; /* EXPECT_CALL; EXPECT_END uses result */
} Expectation;

void expectation_free(Expectation *expectation);
SegmentMatch *segment_match_new(void);
void segment_match_free(SegmentMatch *match);

#endif
