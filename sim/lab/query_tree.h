/* The trees that queries are. Private to query*.c. */
#ifndef TEARDOWN_LAB_QUERY_TREE_H
#define TEARDOWN_LAB_QUERY_TREE_H

#include "lab/query.h"

typedef enum {
  QUERY_EVENT_SEGMENT,
  QUERY_EVENT_STATE,
  QUERY_EVENT_CALL,
  QUERY_EVENT_TIMER,
  QUERY_EVENT_PORT,
  QUERY_EVENT_END,
} QueryEventKind;

/* Words of "moment", for each kind of event that has one; NULL-terminated. */
extern const char *const query_segment_moments[]; /* sent received dropped discarded */
enum { QUERY_SENT, QUERY_RECEIVED, QUERY_DROPPED, QUERY_DISCARDED };
extern const char *const query_state_moments[]; /* entered left */
enum { QUERY_ENTERED, QUERY_LEFT };
extern const char *const query_timer_moments[]; /* armed stopped expired */
extern const char *const query_port_moments[];  /* reserved released */

typedef struct QueryEvent {
  QueryEventKind kind;
  guint64 nth; /* from 1 */
  unsigned moment;
  SegmentMatch *segment; /* SEGMENT */
  char *host, *conn;     /* the others; conn NULL: any, or the host's only one for a state */
  TcpState state;
  char *call;
  TcpTimer timer;
  uint16_t port;
} QueryEvent;

struct QueryInstant {
  QueryEvent *event;        /* NULL: `at`, or midway of two */
  QueryInstant *between[2]; /* both NULL unless midway */
  SimTime at;
  SimTime plus; /* may be negative */
};

typedef enum {
  QUERY_NUMBER_INSTANT,
  QUERY_NUMBER_TIME_BETWEEN,
  QUERY_NUMBER_DURATION_OF,
  QUERY_NUMBER_RESERVED,
  QUERY_NUMBER_PARAM,
  QUERY_NUMBER_COUNT,
  QUERY_NUMBER_TIMERS,
  QUERY_NUMBER_CALLS,
  QUERY_NUMBER_OCTETS,
  QUERY_NUMBER_FIELD,
  QUERY_NUMBER_SUM,
  QUERY_NUMBER_DIFFERENCE,
} QueryNumberKind;

extern const char *const query_field_words[];
enum { QUERY_FIELD_SEQ, QUERY_FIELD_ACK, QUERY_FIELD_LEN, QUERY_FIELD_WIN, QUERY_FIELD_ATTEMPT };

struct QueryNumber {
  QueryNumberKind kind;
  QueryInstant *instants[2]; /* INSTANT, TIME_BETWEEN */
  QueryEvent *event;         /* DURATION_OF, RESERVED, TIMERS, CALLS, FIELD; OCTETS: host and conn */
  SegmentMatch *match;       /* COUNT */
  char *host, *param;        /* PARAM */
  unsigned field;            /* FIELD */
  GPtrArray *terms;          /* SUM, DIFFERENCE: of QueryNumber */
};

typedef enum {
  QUERY_CLAIM_EXPECT,
  QUERY_CLAIM_LESS,
  QUERY_CLAIM_EQUAL,
  QUERY_CLAIM_ALL,
  QUERY_CLAIM_ANY,
  QUERY_CLAIM_NOT
} QueryClaimKind;

struct QueryClaim {
  QueryClaimKind kind;
  GPtrArray *expect;       /* EXPECT: one Expectation */
  QueryNumber *numbers[2]; /* LESS, EQUAL */
  GPtrArray *claims;       /* ALL, ANY, NOT: of QueryClaim */
};

void query_event_free(QueryEvent *event);
/* The event as the file gives it; NULL after a complaint. */
QueryEvent *query_event_load(Loader *l, const JsonAt *at);
/* Its record: `sent` or `injected` for a segment, whatever the moment; NULL with `error`. */
const TraceRecord *query_event_record(const QuerySource *source, const QueryEvent *event, GError **error);
gboolean query_event_at(const QuerySource *source, const QueryEvent *event, SimTime *ret_at, GError **error);

#endif
