/* THE TABLE: what a TCP connection does in each state about each stimulus (RFC 9293 3.10), as one const array of data.
 * A row is a rule. For a (state, stimulus) the rows are tried in order; the first whose guard holds decides; the last
 * is unguarded. Three outcomes: a new state (or STAY), IGNORE (on purpose, with its source), and no row at all:
 * impossible, the procedure never raises it. What stacks do differently is a guard; guards are answered by the caller.
 *
 * Includes no connection, allocates nothing, is printed, checked and drawn as it stands. */
#ifndef TEARDOWN_TCP_TCP_FSM_H
#define TEARDOWN_TCP_TCP_FSM_H

#include "tcp/tcp_names.h"

#include <stdint.h>

/* A set of states, bit 1 << TcpState. */
typedef uint16_t TcpStateSet;
#define TCP_SET(state) ((TcpStateSet)(1u << TCP_STATE_##state))

/* Where a row leads besides a TcpState. */
enum { TCP_STAY = TCP_STATE_COUNT, TCP_IGNORE };

typedef struct TcpRow {
  TcpStateSet from;
  uint8_t stimulus; /* TcpStimulus */
  uint8_t guard;    /* TcpGuard */
  uint8_t to;       /* TcpState, TCP_STAY or TCP_IGNORE */
  uint32_t actions; /* bits 1 << TcpAction, done in the order of that list */
  const char *rfc;  /* section of RFC 9293 ("3.10.7.4 fifth"), or another source */
  const char *edge; /* the arrow of RFC 9293 figure 5 that it draws ("FIG5"), or NULL */
  const char *note; /* for people, or NULL */
} TcpRow;

const TcpRow *tcp_fsm_rows(unsigned *ret_count);

#define TCP_FSM_ROWS_MAX 160

/* Where the rows of each cell begin, and which row is next in a state; made once by its owner, read-only after. */
typedef struct TcpFsmIndex {
  uint8_t first[TCP_STATE_COUNT][TCP_STIMULUS_COUNT]; /* row + 1, 0: impossible */
  uint8_t next[TCP_STATE_COUNT][TCP_FSM_ROWS_MAX];    /* row + 1, 0: none */
} TcpFsmIndex;
void tcp_fsm_index_init(TcpFsmIndex *index);

/* The first row of a cell, NULL if it is impossible; and the next of the same cell after `row`, NULL after the last. */
const TcpRow *tcp_fsm_first(const TcpFsmIndex *index, TcpState state, TcpStimulus stimulus);
const TcpRow *tcp_fsm_next(const TcpFsmIndex *index, const TcpRow *row, TcpState state);

/* The row that decides when the guards in `holds` (bits 1 << TcpGuard) hold; NULL if the cell is impossible. */
const TcpRow *tcp_fsm_lookup(const TcpFsmIndex *index, TcpState state, TcpStimulus stimulus, uint64_t holds);

#endif
