/* The table against what was typed by hand from RFC 9293: its figure 5, the state changes that are legal at all, the
 * cells that can occur, and rules about its form. */
#include "tcp/tcp_fsm.h"

#include <glib.h>

#define S(state)     TCP_SET(state)
#define A(action)    (1u << TCP_ACTION_##action)
#define SYNCHRONIZED (SYNC_BUT_TW | S(TIME_WAIT))
#define SYNC_BUT_TW  (S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK))
#define ALL          (S(CLOSED) | S(LISTEN) | S(SYN_SENT) | S(SYN_RECEIVED) | SYNCHRONIZED)
#define ON(stimulus) (UINT64_C(1) << TCP_##stimulus)
#define UNSENT       (S(ESTABLISHED) | S(FIN_WAIT_1) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK))

/* --- form --------------------------------------------------------------------------------------------------------- */

/* Where each stimulus can occur. RECEIVE and the like are answered everywhere; a FIN in order cannot come after a FIN;
 * what needs something unacknowledged cannot happen when all is. */
static const struct {
  TcpStimulus stimulus;
  TcpStateSet states;
} OCCURS[] = {
    {TCP_CALL_OPEN_PASSIVE, ALL},
    {TCP_CALL_OPEN_ACTIVE, ALL},
    {TCP_CALL_SEND, ALL},
    {TCP_CALL_RECEIVE, ALL},
    {TCP_CALL_CLOSE, ALL},
    {TCP_CALL_ABORT, ALL},
    {TCP_HOST_CRASH, ALL & ~S(CLOSED)},
    {TCP_SEG_STRAY, S(CLOSED)},
    {TCP_SEG_UNACCEPTABLE, ALL & ~S(CLOSED)},
    {TCP_SEG_FIN_AGAIN, S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT)},
    {TCP_SEG_SYN_AGAIN, S(SYN_RECEIVED)},
    {TCP_SEG_RST, ALL},
    {TCP_SEG_RST_INEXACT, S(SYN_RECEIVED) | SYNCHRONIZED},
    {TCP_SEG_SYN, ALL & ~S(CLOSED)},
    {TCP_SEG_BAD_ACK, ALL & ~S(CLOSED)},
    {TCP_SEG_ACK_OF_SYN, S(SYN_RECEIVED)},
    {TCP_SEG_ACK_OF_FIN, S(FIN_WAIT_1) | S(CLOSING) | S(LAST_ACK)},
    {TCP_SEG_ACK_IN_TIME_WAIT, S(TIME_WAIT)},
    {TCP_SEG_TEXT_UNWANTED, S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2)}, /* ESTABLISHED: after SHUT_RD */
    {TCP_SEG_EARLY, S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2)},
    {TCP_LOSS_FOUND, UNSENT},
    {TCP_SEG_FIN, S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2)},
    {TCP_ORPHAN_REFUSED, S(SYN_RECEIVED) | (SYNC_BUT_TW & ~S(ESTABLISHED))},
    {TCP_TCB_TAKEN, S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT)},
    {TCP_FIN_SENT, S(FIN_WAIT_1) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK)},
    {TCP_TMO_RETRANSMISSION, S(SYN_SENT) | S(SYN_RECEIVED) | UNSENT},
    {TCP_TMO_PROBE, UNSENT},
    {TCP_TMO_REORDERING, UNSENT},
    {TCP_TMO_PERSIST, UNSENT},
    {TCP_TMO_KEEPALIVE, S(SYN_RECEIVED) | SYNC_BUT_TW},
    {TCP_TMO_DELAYED_ACK, SYNC_BUT_TW},
    {TCP_TMO_USER, S(SYN_SENT) | S(SYN_RECEIVED) | UNSENT},
    {TCP_TMO_LAST_ACK, S(LAST_ACK)},
    {TCP_TMO_FIN_WAIT_2, S(FIN_WAIT_2)},
    {TCP_TMO_TIME_WAIT, S(TIME_WAIT)},
};

static void test_each_cell_has_rows_exactly_where_its_stimulus_can_occur(void) {
  TcpFsmIndex index;
  tcp_fsm_index_init(&index);
  g_assert_cmpuint(G_N_ELEMENTS(OCCURS), ==, TCP_STIMULUS_COUNT);
  for (unsigned i = 0; i < G_N_ELEMENTS(OCCURS); i++) {
    g_assert_cmpint(OCCURS[i].stimulus, ==, i);
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
      g_test_message("%s %s", tcp_state_name((TcpState)state), tcp_stimulus_name(OCCURS[i].stimulus));
      g_assert_cmpint(tcp_fsm_first(&index, (TcpState)state, OCCURS[i].stimulus) != NULL, ==,
                      OCCURS[i].states >> state & 1);
    }
  }
}

/* Calls `check` for each cell that is possible, with its rows in order. */
static void for_each_cell(void (*check)(TcpState state, TcpStimulus stimulus, const TcpRow *const *rows, unsigned n)) {
  TcpFsmIndex index;
  tcp_fsm_index_init(&index);
  for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
    for (unsigned stimulus = 0; stimulus < TCP_STIMULUS_COUNT; stimulus++) {
      const TcpRow *rows[16];
      unsigned n = 0;
      for (const TcpRow *row = tcp_fsm_first(&index, (TcpState)state, (TcpStimulus)stimulus); row;
           row = tcp_fsm_next(&index, row, (TcpState)state)) {
        g_assert_cmpuint(n, <, G_N_ELEMENTS(rows));
        rows[n++] = row;
      }
      if (n)
        check((TcpState)state, (TcpStimulus)stimulus, rows, n);
    }
}

static void check_guards_end(TcpState state, TcpStimulus stimulus, const TcpRow *const *rows, unsigned n) {
  uint64_t seen = 0;
  for (unsigned i = 0; i < n; i++) {
    g_test_message("%s %s: %s", tcp_state_name(state), tcp_stimulus_name(stimulus),
                   tcp_guard_name((TcpGuard)rows[i]->guard));
    g_assert_cmpint(rows[i]->guard == TCP_GUARD_ALWAYS, ==, i == n - 1);
    g_assert_false(seen >> rows[i]->guard & 1);
    seen |= UINT64_C(1) << rows[i]->guard;
  }
}

static void test_the_last_row_of_a_cell_and_no_other_is_unguarded(void) {
  for_each_cell(check_guards_end);
}

static void check_lookup(TcpState state, TcpStimulus stimulus, const TcpRow *const *rows, unsigned n) {
  TcpFsmIndex index;
  tcp_fsm_index_init(&index);
  g_assert_true(tcp_fsm_lookup(&index, state, stimulus, 0) == rows[n - 1]);
  g_assert_true(tcp_fsm_lookup(&index, state, stimulus, UINT64_MAX) == rows[0]);
  for (unsigned i = 0; i < n; i++)
    g_assert_true(tcp_fsm_lookup(&index, state, stimulus, UINT64_C(1) << rows[i]->guard) == rows[i]);
}

static void test_lookup_gives_the_first_row_whose_guard_holds(void) {
  for_each_cell(check_lookup);
}

static void test_lookup_of_an_impossible_cell_gives_nothing(void) {
  TcpFsmIndex index;
  tcp_fsm_index_init(&index);
  g_assert_null(tcp_fsm_lookup(&index, TCP_STATE_TIME_WAIT, TCP_TMO_RETRANSMISSION, ~UINT64_C(0)));
}

/* Where a condition means something. */
static const struct {
  TcpGuard guard;
  TcpStateSet states;
  uint64_t stimuli; /* bits */
} GUARDS[] = {
    {TCP_GUARD_ALWAYS, ALL, ~UINT64_C(0)},
    {TCP_GUARD_PASSIVE_OPEN, S(SYN_RECEIVED), ON(SEG_RST) | ON(SEG_SYN)},
    {TCP_GUARD_SYN_ACKED, S(SYN_SENT), ON(SEG_SYN)},
    {TCP_GUARD_NOTHING_QUEUED, S(SYN_RECEIVED), ON(CALL_CLOSE)},
    {TCP_GUARD_EMBRYO_DROPPED, S(SYN_RECEIVED), ON(CALL_CLOSE)},
    {TCP_GUARD_SHUTDOWN_WAITS, S(SYN_SENT), ON(CALL_CLOSE)},
    {TCP_GUARD_EMBRYO_RESET, S(SYN_RECEIVED), ON(SEG_SYN)},
    {TCP_GUARD_CLOSE_QUEUED, S(SYN_SENT) | S(SYN_RECEIVED) | S(CLOSE_WAIT), ON(CALL_CLOSE) | ON(CALL_SEND)},
    {TCP_GUARD_UNREAD_DATA, S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK),
     ON(CALL_CLOSE)},
    {TCP_GUARD_LAST_ACK_AT_CALL, S(CLOSE_WAIT), ON(CALL_CLOSE)},
    {TCP_GUARD_LIMIT_REACHED, S(SYN_SENT) | S(SYN_RECEIVED) | UNSENT, ON(TMO_RETRANSMISSION) | ON(TMO_PERSIST)},
    {TCP_GUARD_RST_ENDS_TIME_WAIT, S(TIME_WAIT), ON(SEG_RST)},
    {TCP_GUARD_ANSWER_LIMITED, S(SYN_RECEIVED) | SYNCHRONIZED,
     ON(SEG_UNACCEPTABLE) | ON(SEG_RST_INEXACT) | ON(SEG_SYN) | ON(SEG_BAD_ACK)},
    {TCP_GUARD_SYN_REOPENS, S(TIME_WAIT), ON(SEG_SYN)},
    {TCP_GUARD_OLD_SYN_DROPPED, S(TIME_WAIT), ON(SEG_SYN)},
    {TCP_GUARD_OLD_TIMESTAMP_RESTARTS, S(TIME_WAIT), ON(SEG_SYN)},
    {TCP_GUARD_OLD_SYN_RESET, S(TIME_WAIT), ON(SEG_SYN)},
    {TCP_GUARD_UNACCEPTABLE_RESTARTS_TIME_WAIT, S(TIME_WAIT), ON(SEG_UNACCEPTABLE)},
    {TCP_GUARD_ODD_ACK_ANSWERED, S(TIME_WAIT), ON(SEG_ACK_IN_TIME_WAIT)},
    {TCP_GUARD_SYN_RESETS, SYNC_BUT_TW, ON(SEG_SYN)},
    {TCP_GUARD_SYN_ACK_REPEATED, S(SYN_RECEIVED), ON(SEG_SYN_AGAIN)},
    {TCP_GUARD_KEEPALIVE_RST, S(ESTABLISHED) | S(FIN_WAIT_2) | S(CLOSE_WAIT), ON(TMO_KEEPALIVE)},
    {TCP_GUARD_KEEPALIVE_LIMIT, S(ESTABLISHED) | S(FIN_WAIT_2) | S(CLOSE_WAIT), ON(TMO_KEEPALIVE)},
    {TCP_GUARD_ABORT_AFTER_FIN, S(CLOSING) | S(LAST_ACK), ON(CALL_ABORT)},
    {TCP_GUARD_NO_FIN_WAIT_2, S(FIN_WAIT_2), ON(TMO_FIN_WAIT_2)},
    {TCP_GUARD_ABORT_WAITS, S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT), ON(CALL_ABORT)},
    {TCP_GUARD_NO_PCB_LEFT, S(CLOSED) | S(LISTEN), ON(CALL_OPEN_ACTIVE) | ON(SEG_SYN)},
    {TCP_GUARD_TIME_WAITS_FULL, S(FIN_WAIT_2) | S(CLOSING), ON(SEG_FIN) | ON(SEG_ACK_OF_FIN) | ON(TMO_FIN_WAIT_2)},
    {TCP_GUARD_TIME_WAIT_REUSED, S(TIME_WAIT), ON(CALL_OPEN_ACTIVE)},
    {TCP_GUARD_BUG_NO_TIME_WAIT, S(FIN_WAIT_2) | S(CLOSING), ON(SEG_FIN) | ON(SEG_ACK_OF_FIN)},
    {TCP_GUARD_BUG_CLOSING_SKIPPED, S(FIN_WAIT_1), ON(SEG_FIN)},
    {TCP_GUARD_BUG_RST_ON_CROSSING_FIN, S(FIN_WAIT_1), ON(SEG_FIN)},
    {TCP_GUARD_BUG_FIN_SENT_ONCE, UNSENT, ON(TMO_RETRANSMISSION)},
    {TCP_GUARD_BUG_TIME_WAIT_FROM_LAST_ACK, S(LAST_ACK), ON(SEG_ACK_OF_FIN)},
    {TCP_GUARD_FIN_RESTARTS_TIME_WAIT, S(TIME_WAIT), ON(SEG_FIN_AGAIN)},
    {TCP_GUARD_ANY_RESTARTS_TIME_WAIT, S(TIME_WAIT), ON(SEG_ACK_IN_TIME_WAIT)},
};

static void test_guards_stand_only_where_they_mean_something(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  g_assert_cmpuint(G_N_ELEMENTS(GUARDS), ==, TCP_GUARD_COUNT);
  for (unsigned i = 0; i < n; i++) {
    g_assert_cmpint(GUARDS[rows[i].guard].guard, ==, rows[i].guard);
    g_test_message("row %u: %s %s", i, tcp_stimulus_name((TcpStimulus)rows[i].stimulus),
                   tcp_guard_name((TcpGuard)rows[i].guard));
    g_assert_cmpint(rows[i].from & ~GUARDS[rows[i].guard].states, ==, 0);
    g_assert_true(GUARDS[rows[i].guard].stimuli >> rows[i].stimulus & 1);
  }
}

static void test_no_word_of_the_lists_is_without_a_row(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  uint64_t stimuli = 0, guards = 0, actions = 0;
  for (unsigned i = 0; i < n; i++) {
    stimuli |= UINT64_C(1) << rows[i].stimulus;
    guards |= UINT64_C(1) << rows[i].guard;
    actions |= rows[i].actions;
    g_assert_cmpuint(rows[i].from, !=, 0);
    g_assert_cmpint(rows[i].from & ~ALL, ==, 0);
    g_assert_cmpuint(rows[i].to, <=, TCP_IGNORE);
    g_assert_nonnull(rows[i].rfc);
  }
  g_assert_cmpuint(stimuli, ==, (UINT64_C(1) << TCP_STIMULUS_COUNT) - 1);
  g_assert_cmpuint(guards, ==, (UINT64_C(1) << TCP_GUARD_COUNT) - 1);
  g_assert_cmpuint(actions, ==, (UINT64_C(1) << TCP_ACTION_COUNT) - 1);
}

/* --- what rows do ------------------------------------------------------------------------------------------------- */

static gboolean is_state(const TcpRow *row) {
  return row->to < TCP_STATE_COUNT;
}

/* A row that some stack has by mistake, to find faults in. */
static gboolean is_bug(const TcpRow *row) {
  return g_str_has_prefix(tcp_guard_name((TcpGuard)row->guard), "BUG_");
}

/* Nobody is there to be told, or somebody takes its place. */
static gboolean ends_untold(const TcpRow *row) {
  return row->stimulus == TCP_HOST_CRASH || row->guard == TCP_GUARD_SYN_REOPENS ||
         row->guard == TCP_GUARD_TIME_WAIT_REUSED;
}

static void test_the_tcb_goes_exactly_when_the_state_becomes_closed(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++) {
    g_test_message("row %u", i);
    g_assert_cmpint((rows[i].actions & A(DELETE_TCB)) != 0, ==, rows[i].to == TCP_STATE_CLOSED);
    if (rows[i].to == TCP_STATE_CLOSED) {
      uint32_t words = A(TELL_RESET) | A(TELL_REFUSED) | A(TELL_TIMEOUT) | A(TELL_CLOSED);
      g_assert_true(rows[i].actions & A(STOP_TIMERS));
      g_assert_cmpint(__builtin_popcount(rows[i].actions & words), ==, !ends_untold(&rows[i])); /* MUST-12 */
    }
  }
}

static void test_time_wait_is_entered_with_its_timer_and_no_other(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++) {
    g_test_message("row %u", i);
    if (rows[i].to == TCP_STATE_TIME_WAIT)
      g_assert_cmpuint(rows[i].actions & (A(STOP_TIMERS) | A(START_TIME_WAIT)), ==,
                       A(STOP_TIMERS) | A(START_TIME_WAIT));
    else if (rows[i].actions & A(START_TIME_WAIT))
      g_assert_true(rows[i].from == S(TIME_WAIT) && rows[i].to == TCP_STAY);
  }
}

static void test_ignored_stimulus_does_nothing(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++)
    if (rows[i].to == TCP_IGNORE)
      g_assert_cmpuint(rows[i].actions, ==, 0);
}

static void test_rst_never_answers_a_rst(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++)
    if (rows[i].stimulus == TCP_SEG_RST || rows[i].stimulus == TCP_SEG_RST_INEXACT)
      g_assert_false(rows[i].actions & A(SEND_RST));
}

/* 3.5.2: a synchronized state answers an unacceptable segment by an ACK; RST only for ABORT and what the application
 * will never read. */
static void test_synchronized_state_sends_rst_for_its_own_reasons_only(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++)
    if (rows[i].from & SYNCHRONIZED && rows[i].actions & A(SEND_RST) && !is_bug(&rows[i])) {
      g_test_message("row %u", i);
      g_assert_true(rows[i].stimulus == TCP_CALL_ABORT || rows[i].stimulus == TCP_SEG_TEXT_UNWANTED ||
                    (rows[i].stimulus == TCP_CALL_CLOSE && rows[i].guard == TCP_GUARD_UNREAD_DATA) ||
                    rows[i].guard == TCP_GUARD_KEEPALIVE_RST || rows[i].guard == TCP_GUARD_NO_FIN_WAIT_2 ||
                    rows[i].stimulus == TCP_ORPHAN_REFUSED || rows[i].guard == TCP_GUARD_SYN_RESETS ||
                    rows[i].guard == TCP_GUARD_OLD_SYN_RESET);
      g_assert_true(rows[i].to == TCP_STATE_CLOSED || rows[i].guard == TCP_GUARD_ABORT_WAITS ||
                    rows[i].guard == TCP_GUARD_OLD_SYN_RESET);
    }
}

/* --- figure 5 ----------------------------------------------------------------------------------------------------- */

typedef struct Arrow {
  TcpState from, to;
  uint64_t stimuli; /* bits of what may cause it */
} Arrow;

/* RFC 9293 figure 5, from top to bottom; SYN-RECEIVED to LISTEN is its note 1. */
static const Arrow FIGURE_5[] = {
    {TCP_STATE_CLOSED, TCP_STATE_LISTEN, ON(CALL_OPEN_PASSIVE)},
    {TCP_STATE_LISTEN, TCP_STATE_CLOSED, ON(CALL_CLOSE)},
    {TCP_STATE_CLOSED, TCP_STATE_SYN_SENT, ON(CALL_OPEN_ACTIVE)},
    {TCP_STATE_SYN_SENT, TCP_STATE_CLOSED, ON(CALL_CLOSE)},
    {TCP_STATE_LISTEN, TCP_STATE_SYN_SENT, ON(CALL_OPEN_ACTIVE) | ON(CALL_SEND)},
    {TCP_STATE_LISTEN, TCP_STATE_SYN_RECEIVED, ON(SEG_SYN)},
    {TCP_STATE_SYN_RECEIVED, TCP_STATE_LISTEN, ON(SEG_RST)},
    {TCP_STATE_SYN_SENT, TCP_STATE_SYN_RECEIVED, ON(SEG_SYN)},
    {TCP_STATE_SYN_SENT, TCP_STATE_ESTABLISHED, ON(SEG_SYN)},
    {TCP_STATE_SYN_RECEIVED, TCP_STATE_ESTABLISHED, ON(SEG_ACK_OF_SYN)},
    {TCP_STATE_SYN_RECEIVED, TCP_STATE_FIN_WAIT_1, ON(CALL_CLOSE)},
    {TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, ON(CALL_CLOSE)},
    {TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT, ON(SEG_FIN)},
    {TCP_STATE_FIN_WAIT_1, TCP_STATE_FIN_WAIT_2, ON(SEG_ACK_OF_FIN)},
    {TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSING, ON(SEG_FIN)},
    {TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK, ON(FIN_SENT) | ON(CALL_CLOSE)},
    {TCP_STATE_FIN_WAIT_2, TCP_STATE_TIME_WAIT, ON(SEG_FIN)},
    {TCP_STATE_CLOSING, TCP_STATE_TIME_WAIT, ON(SEG_ACK_OF_FIN)},
    {TCP_STATE_LAST_ACK, TCP_STATE_CLOSED, ON(SEG_ACK_OF_FIN)},
    {TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED, ON(TMO_TIME_WAIT)},
};

static gboolean row_draws(const TcpRow *row, const Arrow *arrow) {
  return row->from >> arrow->from & 1 && row->to == arrow->to && arrow->stimuli >> row->stimulus & 1;
}

static void test_every_arrow_of_figure_5_is_a_row_marked_so(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned a = 0; a < G_N_ELEMENTS(FIGURE_5); a++) {
    gboolean drawn = FALSE;
    for (unsigned i = 0; i < n; i++)
      drawn |= rows[i].edge && row_draws(&rows[i], &FIGURE_5[a]);
    g_test_message("%s -> %s", tcp_state_name(FIGURE_5[a].from), tcp_state_name(FIGURE_5[a].to));
    g_assert_true(drawn);
  }
}

static void test_every_row_marked_so_is_an_arrow_of_figure_5(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++) {
    if (!rows[i].edge)
      continue;
    g_assert_cmpstr(rows[i].edge, ==, "FIG5");
    g_test_message("row %u: %s", i, tcp_stimulus_name((TcpStimulus)rows[i].stimulus));
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
      gboolean found = FALSE;
      for (unsigned a = 0; a < G_N_ELEMENTS(FIGURE_5); a++)
        found |= FIGURE_5[a].from == state && row_draws(&rows[i], &FIGURE_5[a]);
      g_assert_cmpint(found, ==, rows[i].from >> state & 1);
    }
  }
}

static const TcpRow *only_row(TcpState state, TcpStimulus stimulus) {
  TcpFsmIndex index;
  tcp_fsm_index_init(&index);
  return tcp_fsm_lookup(&index, state, stimulus, 0);
}

/* Note 2: FIN-WAIT-1 to TIME-WAIT when one segment brings the FIN and acknowledges ours: here two rows in turn. */
static void test_note_2_is_two_rows_in_turn(void) {
  g_assert_cmpint(only_row(TCP_STATE_FIN_WAIT_1, TCP_SEG_ACK_OF_FIN)->to, ==, TCP_STATE_FIN_WAIT_2);
  g_assert_cmpint(only_row(TCP_STATE_FIN_WAIT_2, TCP_SEG_FIN)->to, ==, TCP_STATE_TIME_WAIT);
}

/* Note 3, against 3.10.5: sending a RST could lead to TIME-WAIT; no stack does it, nor do we unless asked. */
static void test_note_3_is_not_followed_unless_asked(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++)
    if (rows[i].actions & A(SEND_RST) && rows[i].guard != TCP_GUARD_ABORT_WAITS)
      g_assert_cmpint(rows[i].to, !=, TCP_STATE_TIME_WAIT);
}

/* --- legal changes ------------------------------------------------------------------------------------------------ */

/* All others that RFC 9293's text, RFC 1337 or a stack's idle timeout allow, besides figure 5. */
static const struct {
  TcpStateSet from;
  TcpState to;
  uint64_t stimuli;
} LEGAL[] = {
    {S(SYN_RECEIVED), TCP_STATE_LISTEN, ON(SEG_SYN)},
    {S(LISTEN) | S(SYN_SENT) | S(SYN_RECEIVED) | SYNCHRONIZED, TCP_STATE_CLOSED, ON(CALL_ABORT)},
    {S(SYN_SENT) | S(SYN_RECEIVED) | SYNCHRONIZED, TCP_STATE_CLOSED, ON(SEG_RST)},
    {S(SYN_SENT) | S(SYN_RECEIVED) | UNSENT, TCP_STATE_CLOSED, ON(TMO_RETRANSMISSION) | ON(TMO_PERSIST) | ON(TMO_USER)},
    {SYNC_BUT_TW, TCP_STATE_CLOSED, ON(CALL_CLOSE)},     /* unread data */
    {S(SYN_RECEIVED), TCP_STATE_CLOSED, ON(CALL_CLOSE)}, /* FreeBSD */
    {S(LAST_ACK), TCP_STATE_CLOSED, ON(TMO_LAST_ACK)},   /* lwIP */
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2), TCP_STATE_CLOSED, ON(SEG_TEXT_UNWANTED)},
    {ALL & ~S(CLOSED), TCP_STATE_CLOSED, ON(HOST_CRASH)},                                  /* 3.5.1 */
    {SYNC_BUT_TW, TCP_STATE_CLOSED, ON(SEG_SYN)},                                          /* RFC 793 */
    {S(TIME_WAIT), TCP_STATE_CLOSED, ON(SEG_SYN) | ON(CALL_OPEN_ACTIVE)},                  /* a successor */
    {S(ESTABLISHED) | S(FIN_WAIT_2) | S(CLOSE_WAIT), TCP_STATE_CLOSED, ON(TMO_KEEPALIVE)}, /* 3.8.4 */
    {S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSE_WAIT), TCP_STATE_TIME_WAIT, ON(CALL_ABORT)}, /* note 3 */
    {S(FIN_WAIT_2), TCP_STATE_CLOSED, ON(TMO_FIN_WAIT_2) | ON(SEG_FIN)}, /* Linux without room for TIME-WAIT */
    {S(CLOSING), TCP_STATE_CLOSED, ON(SEG_ACK_OF_FIN)},
    {S(SYN_RECEIVED) | (SYNC_BUT_TW & ~S(ESTABLISHED)), TCP_STATE_CLOSED, ON(ORPHAN_REFUSED)}, /* Linux */
    {S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT), TCP_STATE_CLOSED, ON(TCB_TAKEN)},                /* lwIP */
};

static gboolean is_legal(const TcpRow *row, TcpState from) {
  for (unsigned a = 0; a < G_N_ELEMENTS(FIGURE_5); a++)
    if (FIGURE_5[a].from == from && row_draws(row, &FIGURE_5[a]))
      return TRUE;
  for (unsigned i = 0; i < G_N_ELEMENTS(LEGAL); i++)
    if (LEGAL[i].from >> from & 1 && LEGAL[i].to == row->to && LEGAL[i].stimuli >> row->stimulus & 1)
      return TRUE;
  return FALSE;
}

static void test_no_row_makes_a_change_that_is_not_legal(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++)
    for (unsigned state = 0; is_state(&rows[i]) && !is_bug(&rows[i]) && state < TCP_STATE_COUNT; state++)
      if (rows[i].from >> state & 1) {
        g_test_message("%s %s -> %s", tcp_state_name((TcpState)state), tcp_stimulus_name((TcpStimulus)rows[i].stimulus),
                       tcp_state_name((TcpState)rows[i].to));
        g_assert_true(is_legal(&rows[i], (TcpState)state));
      }
}

static void test_every_legal_change_has_a_row(void) {
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned l = 0; l < G_N_ELEMENTS(LEGAL); l++)
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
      gboolean found = !(LEGAL[l].from >> state & 1);
      for (unsigned i = 0; i < n; i++)
        found |= rows[i].from >> state & 1 && rows[i].to == LEGAL[l].to && LEGAL[l].stimuli >> rows[i].stimulus & 1;
      g_test_message("%s -> %s", tcp_state_name((TcpState)state), tcp_state_name(LEGAL[l].to));
      g_assert_true(found);
    }
}

/* The ones that a careless stack has been seen to make. */
static void test_changes_that_must_never_be_are_not_there(void) {
  static const struct {
    TcpState from;
    TcpStateSet to;
  } NEVER[] = {
      {TCP_STATE_ESTABLISHED, S(FIN_WAIT_2) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT)},
      {TCP_STATE_CLOSE_WAIT, S(FIN_WAIT_1) | S(FIN_WAIT_2) | S(CLOSING) | S(TIME_WAIT)},
      {TCP_STATE_LAST_ACK, S(TIME_WAIT)},
      {TCP_STATE_FIN_WAIT_2, S(CLOSING) | S(FIN_WAIT_1)},
      {TCP_STATE_FIN_WAIT_1, S(TIME_WAIT) | S(CLOSE_WAIT) | S(LAST_ACK)},
  };
  unsigned n;
  const TcpRow *rows = tcp_fsm_rows(&n);
  for (unsigned i = 0; i < n; i++)
    for (unsigned j = 0; j < G_N_ELEMENTS(NEVER); j++)
      if (is_state(&rows[i]) && !is_bug(&rows[i]) && rows[i].stimulus != TCP_CALL_ABORT &&
          rows[i].from >> NEVER[j].from & 1)
        g_assert_false(NEVER[j].to >> rows[i].to & 1);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tcp-fsm/each-cell-has-rows-exactly-where-its-stimulus-can-occur",
                  test_each_cell_has_rows_exactly_where_its_stimulus_can_occur);
  g_test_add_func("/tcp-fsm/the-last-row-of-a-cell-and-no-other-is-unguarded",
                  test_the_last_row_of_a_cell_and_no_other_is_unguarded);
  g_test_add_func("/tcp-fsm/lookup-gives-the-first-row-whose-guard-holds",
                  test_lookup_gives_the_first_row_whose_guard_holds);
  g_test_add_func("/tcp-fsm/lookup-of-an-impossible-cell-gives-nothing",
                  test_lookup_of_an_impossible_cell_gives_nothing);
  g_test_add_func("/tcp-fsm/guards-stand-only-where-they-mean-something",
                  test_guards_stand_only_where_they_mean_something);
  g_test_add_func("/tcp-fsm/no-word-of-the-lists-is-without-a-row", test_no_word_of_the_lists_is_without_a_row);
  g_test_add_func("/tcp-fsm/the-tcb-goes-exactly-when-the-state-becomes-closed",
                  test_the_tcb_goes_exactly_when_the_state_becomes_closed);
  g_test_add_func("/tcp-fsm/time-wait-is-entered-with-its-timer-and-no-other",
                  test_time_wait_is_entered_with_its_timer_and_no_other);
  g_test_add_func("/tcp-fsm/ignored-stimulus-does-nothing", test_ignored_stimulus_does_nothing);
  g_test_add_func("/tcp-fsm/rst-never-answers-a-rst", test_rst_never_answers_a_rst);
  g_test_add_func("/tcp-fsm/synchronized-state-sends-rst-for-its-own-reasons-only",
                  test_synchronized_state_sends_rst_for_its_own_reasons_only);
  g_test_add_func("/tcp-fsm/figure-5/every-arrow-is-a-row-marked-so", test_every_arrow_of_figure_5_is_a_row_marked_so);
  g_test_add_func("/tcp-fsm/figure-5/every-row-marked-so-is-an-arrow",
                  test_every_row_marked_so_is_an_arrow_of_figure_5);
  g_test_add_func("/tcp-fsm/figure-5/note-2-is-two-rows-in-turn", test_note_2_is_two_rows_in_turn);
  g_test_add_func("/tcp-fsm/figure-5/note-3-is-not-followed-unless-asked", test_note_3_is_not_followed_unless_asked);
  g_test_add_func("/tcp-fsm/no-row-makes-a-change-that-is-not-legal", test_no_row_makes_a_change_that_is_not_legal);
  g_test_add_func("/tcp-fsm/every-legal-change-has-a-row", test_every_legal_change_has_a_row);
  g_test_add_func("/tcp-fsm/changes-that-must-never-be-are-not-there", test_changes_that_must_never_be_are_not_there);
  return g_test_run();
}
