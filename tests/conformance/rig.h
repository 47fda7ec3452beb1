/* A test rig for one TCP: a TcpStack whose host and peer are the test. What the stack does is kept until the test has
 * looked at it; the rig itself checks, after each event, rules that hold in every script:
 *   - CLOSED and the end of the TCB come together; TIME-WAIT runs the 2 MSL timer and no other, FIN-WAIT-2 no sending
 *     timer;
 *   - every FIN of a connection has the same number, and no data goes beyond it;
 *   - RCV.NXT, as the ACKs show it, and the right edge of the window never move back;
 *   - a RST is never answered by a RST; in a synchronized state all but a RST carries an ACK.
 *
 * Numbers are relative, as packetdrill writes them: SYN is 0, the first octet 1, on both sides; negative ones are old.
 * So one test runs with every pair of initial sequence numbers. A rig is made for one test; rig_free() frees it. */
#ifndef TEARDOWN_TESTS_CONFORMANCE_RIG_H
#define TEARDOWN_TESTS_CONFORMANCE_RIG_H

#include "tcp/tcp_stack.h"

#include <glib.h>

typedef struct Rig {
  Sim *sim;
  Names *names;
  TraceSink sink;
  Tracer tracer;
  EventKindId clock;
  TcpStack *stack; /* made by the first rig_stack() */
  TcpParams params;
  TcpHandle end; /* TCP_NO_HANDLE: none yet, or gone */
  Seq iss, irs;
  gboolean reads;   /* the application reads at once */
  gboolean listens; /* the port has a listener too: a SYN may end TIME-WAIT, told as the notice "reopened" */

  GPtrArray *sent;  /* of Segment, owned: what left and was not looked at */
  GString *notices; /* words, a space between: "data 100 eof" */
  GString *entered; /* states, a space between */
  GString *checks;  /* checks that refused a segment since the last event */
  TcpState state;   /* the last entered */
  SimTime timer_until[TCP_TIMER_COUNT];
  GHashTable *rules; /* "STATE STIMULUS GUARD": the rows that decided; borrowed, or NULL */

  /* for the rules that always hold */
  uint64_t last_id;
  gboolean answering_rst, has_fin, has_ack, lived, deleted;
  Seq fin_seq, rcv_nxt, rcv_edge;
  GString *broken; /* empty while they hold */
} Rig;

Rig *rig_new(const TcpParams *params, Seq iss, Seq irs);
void rig_free(Rig *rig);
/* The stack, made with the parameters as they are now. */
TcpStack *rig_stack(Rig *rig);

/* --- what happens to the stack ------------------------------------------------------------------------------------ */

/* A new end in CLOSED, or in ESTABLISHED. */
void rig_end(Rig *rig);
/* `peer` (options that the peer offers, RFC 2018 and 7323) may be NULL: none. */
void rig_end_established(Rig *rig, uint32_t peer_mss, uint32_t peer_wnd, SimTime rtt, const TcpParams *peer);
/* "F. 1:1(0) ack 1 win 1000 <mss 1460>"; the window is 65535 unless given. FALSE if it cannot be read. */
gboolean rig_arrives(Rig *rig, const char *segment);
void rig_wait(Rig *rig, SimTime delay);
/* To be called after a user call; arrivals and waiting do it themselves. */
void rig_check(Rig *rig);

/* --- what the stack did ------------------------------------------------------------------------------------------- */

/* The next segment that left, in the same notation, without window or options unless asked; NULL if none. The caller
 * frees it. */
char *rig_take_segment(Rig *rig, gboolean window, gboolean options);
/* "retransmission 1s, delayed-ack 200ms", or "none": what runs, and for how much longer. The caller frees it. */
char *rig_timers(const Rig *rig);

#endif
