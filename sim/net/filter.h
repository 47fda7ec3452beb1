/* A stateful filter in the path of a link: a firewall or NAT that remembers connections by the segments it has seen
 * and forgets them when they are idle for too long. What it does not remember it drops, or answers by a RST.
 *
 * FILTER_CONNTRACK follows the connection as Linux's nf_conntrack does (net/netfilter/nf_conntrack_proto_tcp.c): states
 * by that name, an idle time-out for each, 5 minutes at the most while data is unacknowledged, the window is shut, an
 * ACK has come three times more, or only one side was heard. Of sequence numbers it looks at those of a RST, not at
 * windows (as with nf_conntrack_tcp_be_liberal), so a retransmitted FIN counts as the second one. Compared with Linux
 * 6.12. What Linux marks as invalid and leaves to the rules is dropped here.
 * FILTER_IDLE is a NAT with one timer: any segment of a known connection starts it again.
 *
 * A filter is part of a simulation's state. Forgetting is no event: an entry whose time is over counts as none. */
#ifndef TEARDOWN_NET_FILTER_H
#define TEARDOWN_NET_FILTER_H

#include "engine/simtime.h"
#include "net/segment.h"

#include <glib.h>
#include <stdint.h>

/* State, its name as in /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_NAME, its time-out there by default. */
#define FILTER_STATES(X)                                                                                               \
  X(SYN_SENT, "syn_sent", SIM_MIN(2))       /* a SYN was seen */                                                       \
  X(SYN_SENT2, "syn_sent2", SIM_MIN(2))     /* a SYN in each direction (Linux: as syn_sent) */                         \
  X(SYN_RECV, "syn_recv", SIM_S(60))        /* a SYN,ACK */                                                            \
  X(ESTABLISHED, "established", SIM_H(120)) /* and the ACK of it: 5 days */                                            \
  X(FIN_WAIT, "fin_wait", SIM_MIN(2))       /* a FIN */                                                                \
  X(CLOSE_WAIT, "close_wait", SIM_S(60))    /* an ACK after it, from whomever */                                       \
  X(LAST_ACK, "last_ack", SIM_S(30))        /* another FIN */                                                          \
  X(TIME_WAIT, "time_wait", SIM_MIN(2))     /* an ACK after that */                                                    \
  X(CLOSE, "close", SIM_S(10))              /* a RST */
#define FILTER_ENUM(id, name, time) FILTER_##id,
typedef enum { FILTER_STATES(FILTER_ENUM) FILTER_STATE_COUNT } FilterState;
#undef FILTER_ENUM

typedef enum { FILTER_CONNTRACK, FILTER_IDLE } FilterKind;
typedef enum { FILTER_DROP, FILTER_RESET } FilterUnknown;

#define FILTER_ANY_HOST UINT32_MAX
#define FILTER_MAX_NAME 32

typedef struct FilterConfig {
  char name[FILTER_MAX_NAME + 1];
  FilterKind kind;
  FilterUnknown unknown;               /* what becomes of a segment of no connection it knows */
  gboolean pickup;                     /* an ACK of an unknown connection makes it known (nf_conntrack_tcp_loose) */
  uint32_t inside;                     /* only this host can make a connection known; or FILTER_ANY_HOST */
  SimTime timeout[FILTER_STATE_COUNT]; /* FILTER_CONNTRACK */
  SimTime idle;                        /* FILTER_IDLE */
} FilterConfig;

#define FILTER_DEFAULT_IDLE SIM_MIN(5)

/* What Linux does: conntrack, drops, picks up, all time-outs at their defaults. */
FilterConfig filter_config_default(void);
const char *filter_state_name(FilterState state);

typedef struct Filter Filter;

typedef enum {
  FILTER_PASSES,
  FILTER_UNKNOWN, /* of no connection that it knows */
  FILTER_INVALID, /* of one it knows, but it cannot be there (a SYN,ACK from the wrong side) */
} FilterVerdict;

/* Copies `config`. */
Filter *filter_new(const FilterConfig *config);
void filter_free(Filter *filter);
const FilterConfig *filter_config(const Filter *filter);

/* It has seen this connection's handshake, which `from` began, at `now`. */
void filter_establish(Filter *filter, uint16_t from, uint16_t sport, uint16_t to, uint16_t dport, SimTime now);

/* Whether it remembers the connection of `segment`, whose way does not matter, and in which state. */
gboolean filter_knows(const Filter *filter, const Segment *segment, SimTime now, FilterState *ret_state);

/* A segment comes by; `now` never goes back. */
FilterVerdict filter_judge(Filter *filter, const Segment *segment, SimTime now);

/* The RST with which a filter refuses `segment`, as if from whom it was for (RFC 9293 3.10.7.1); FALSE if it must not
 * be answered, being one itself. */
gboolean filter_make_reset(const Segment *segment, Segment *ret_reset);

#endif
