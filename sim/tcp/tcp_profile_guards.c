#include "tcp/tcp_profile_guards.h"

static gboolean allows_in_time_wait(const TcpParams *params, TcpGuard guard) {
  switch ((int)guard) {
  case TCP_GUARD_RST_ENDS_TIME_WAIT:
    return params->rst_in_time_wait == TCP_RST_IN_TIME_WAIT_KILL;
  case TCP_GUARD_FIN_RESTARTS_TIME_WAIT:
    return params->time_wait_restart != TCP_TIME_WAIT_RESTART_NEVER;
  case TCP_GUARD_OLD_TIMESTAMP_RESTARTS:
  case TCP_GUARD_ANY_RESTARTS_TIME_WAIT:
    return params->time_wait_restart == TCP_TIME_WAIT_RESTART_ANY;
  case TCP_GUARD_UNACCEPTABLE_RESTARTS_TIME_WAIT:
    return params->time_wait_restart == TCP_TIME_WAIT_RESTART_ANY ||
           params->time_wait_restart == TCP_TIME_WAIT_RESTART_UNACCEPTABLE ||
           params->time_wait_restart == TCP_TIME_WAIT_RESTART_ANY_FIN;
  case TCP_GUARD_SYN_REOPENS:
    return params->syn_in_time_wait != TCP_SYN_IN_TIME_WAIT_NEVER;
  case TCP_GUARD_OLD_SYN_DROPPED:
    return params->old_syn_in_time_wait == TCP_OLD_SYN_IN_TIME_WAIT_DROP;
  case TCP_GUARD_OLD_SYN_RESET:
    return params->old_syn_in_time_wait == TCP_OLD_SYN_IN_TIME_WAIT_RESET;
  case TCP_GUARD_ODD_ACK_ANSWERED:
    return params->time_wait_answers_odd;
  case TCP_GUARD_TIME_WAIT_REUSED:
    return params->time_wait_reuse != TCP_TIME_WAIT_REUSE_OFF;
  }
  return TRUE;
}

gboolean tcp_params_allow(const TcpParams *params, TcpGuard guard) {
  switch ((int)guard) {
  case TCP_GUARD_UNREAD_DATA:
    return params->rst_on_unread;
  case TCP_GUARD_LAST_ACK_AT_CALL:
    return params->last_ack_entry == TCP_LAST_ACK_ENTRY_CALL;
  case TCP_GUARD_ANSWER_LIMITED:
    return params->challenge_limit != TCP_UNLIMITED;
  case TCP_GUARD_SYN_RESETS:
    return params->syn_accepted == TCP_SYN_ACCEPTED_RESET;
  case TCP_GUARD_SYN_ACK_REPEATED:
    return params->syn_ack_repeated;
  case TCP_GUARD_KEEPALIVE_RST:
    return params->keepalive_rst;
  case TCP_GUARD_EMBRYO_DROPPED:
    return params->syn_received_close == TCP_SYN_RECEIVED_CLOSE_DROP;
  case TCP_GUARD_SHUTDOWN_WAITS:
    return params->syn_received_close == TCP_SYN_RECEIVED_CLOSE_DROP;
  case TCP_GUARD_EMBRYO_RESET:
    return params->embryo_syn == TCP_EMBRYO_SYN_RESET;
  case TCP_GUARD_NOTHING_QUEUED:
    return params->syn_received_close == TCP_SYN_RECEIVED_CLOSE_FIN;
  case TCP_GUARD_ABORT_AFTER_FIN:
    return params->abort_after_fin != TCP_ABORT_AFTER_FIN_SILENT;
  case TCP_GUARD_NO_FIN_WAIT_2: /* by TCP_LINGER2, which Linux has */
    return params->fin_wait_2_split != SIM_NEVER;
  case TCP_GUARD_NO_PCB_LEFT:
    return params->max_pcbs != TCP_UNLIMITED;
  case TCP_GUARD_TIME_WAITS_FULL:
    return params->max_time_waits != TCP_UNLIMITED;
  case TCP_GUARD_ABORT_WAITS:
    return params->rst_enters_time_wait;
  case TCP_GUARD_BUG_NO_TIME_WAIT:
    return params->bug_no_time_wait;
  case TCP_GUARD_BUG_CLOSING_SKIPPED:
    return params->bug_closing_skipped;
  case TCP_GUARD_BUG_RST_ON_CROSSING_FIN:
    return params->bug_rst_on_crossing_fin;
  case TCP_GUARD_BUG_FIN_SENT_ONCE:
    return params->bug_fin_not_retransmitted;
  case TCP_GUARD_BUG_TIME_WAIT_FROM_LAST_ACK:
    return params->bug_time_wait_from_last_ack;
  }
  return allows_in_time_wait(params, guard);
}
