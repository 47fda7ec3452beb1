#include "output/text/explain_words.h"

#include <glib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const STIMULI[] = {
    [TCP_CALL_OPEN_PASSIVE] = "The application asks to listen.",
    [TCP_CALL_OPEN_ACTIVE] = "The application asks to connect.",
    [TCP_CALL_SEND] = "The application has data to send.",
    [TCP_CALL_RECEIVE] = "The application wants to read.",
    [TCP_CALL_CLOSE] = "A CLOSE call: the application will send no more.",
    [TCP_CALL_ABORT] = "An ABORT call: the application throws the connection away.",
    [TCP_HOST_CRASH] = "The host crashes.",
    [TCP_SEG_STRAY] = "There is no connection for it (CLOSED), and it is no RST.",
    [TCP_SEG_UNACCEPTABLE] = "The segment cannot be accepted.",
    [TCP_SEG_FIN_AGAIN] = "First check, sequence number: it ends just below RCV.NXT. That would be refused like "
                          "anything old, but it is the peer's FIN once more.",
    [TCP_SEG_SYN_AGAIN] = "First check, sequence number: it starts at the peer's initial number, so it is its SYN once "
                          "more.",
    [TCP_SEG_RST] = "Check of the RST bit: set, and the RST is valid.",
    [TCP_SEG_RST_INEXACT] = "Second check, RST: set, and its number is in the window, but it is not RCV.NXT.",
    [TCP_SEG_SYN] = "Check of the SYN bit: set.",
    [TCP_SEG_BAD_ACK] = "Check of the ACK: it acknowledges something that was never sent.",
    [TCP_SEG_ACK_OF_SYN] = "Fifth check, ACK: it covers our SYN.",
    [TCP_SEG_ACK_OF_FIN] = "Fifth check, ACK: it covers our FIN.",
    [TCP_SEG_ACK_IN_TIME_WAIT] = "Fifth check, ACK: it is in order, but this is TIME-WAIT.",
    [TCP_SEG_TEXT_UNWANTED] = "Seventh check, text: it brings data that nobody will read.",
    [TCP_SEG_EARLY] = "Seventh check, text: it is in the window, but something before it is missing.",
    [TCP_LOSS_FOUND] = "Fifth check, ACK: later segments have arrived, an earlier one has not.",
    [TCP_SEG_FIN] = "Eighth check, FIN: everything before it has arrived.",
    [TCP_ORPHAN_REFUSED] = "Its application is gone, and the host keeps as many such connections as it may.",
    [TCP_TCB_TAKEN] = "A new connection needs a TCB, and the host has no other.",
    [TCP_FIN_SENT] = "The FIN leaves.",
    [TCP_TMO_RETRANSMISSION] = "The retransmission timer runs out.",
    [TCP_TMO_PROBE] = "The probe timer runs out.",
    [TCP_TMO_REORDERING] = "The reordering timer runs out.",
    [TCP_TMO_PERSIST] = "The persist timer runs out.",
    [TCP_TMO_KEEPALIVE] = "The keepalive timer runs out.",
    [TCP_TMO_DELAYED_ACK] = "The delayed-ACK timer runs out.",
    [TCP_TMO_USER] = "The user timeout is over.",
    [TCP_TMO_FIN_WAIT_2] = "The FIN-WAIT-2 timer runs out.",
    [TCP_TMO_LAST_ACK] = "The LAST-ACK timer runs out.",
    [TCP_TMO_TIME_WAIT] = "The 2 MSL timer runs out.",
};
_Static_assert(COUNT(STIMULI) == TCP_STIMULUS_COUNT, "a sentence for each stimulus");

static const char *const GUARDS[] = {
    [TCP_GUARD_ALWAYS] = "",
    [TCP_GUARD_PASSIVE_OPEN] = "The connection came from a passive OPEN.",
    [TCP_GUARD_SYN_ACKED] = "It acknowledges our SYN.",
    [TCP_GUARD_NOTHING_QUEUED] = "No data waits to be sent before the FIN.",
    [TCP_GUARD_CLOSE_QUEUED] = "A CLOSE is queued already.",
    [TCP_GUARD_UNREAD_DATA] = "Data was received that nobody will read.",
    [TCP_GUARD_EMBRYO_DROPPED] = "This stack drops a connection that is closed before it is open.",
    [TCP_GUARD_SHUTDOWN_WAITS] = "This stack keeps a shutdown() before the SYN,ACK for later.",
    [TCP_GUARD_EMBRYO_RESET] = "It is in the window, and this stack ends the attempt with a RST.",
    [TCP_GUARD_ABORT_AFTER_FIN] = "This stack sends a RST although both sides have closed.",
    [TCP_GUARD_NO_FIN_WAIT_2] = "The socket wants no FIN-WAIT-2 once nobody holds it.",
    [TCP_GUARD_LAST_ACK_AT_CALL] = "This stack enters LAST-ACK at the call.",
    [TCP_GUARD_LIMIT_REACHED] = "The limit R2 is reached (RFC 9293 3.8.3).",
    [TCP_GUARD_RST_ENDS_TIME_WAIT] = "In this stack a RST ends TIME-WAIT.",
    [TCP_GUARD_ANSWER_LIMITED] = "The limit of such answers is reached for now (RFC 5961 7).",
    [TCP_GUARD_SYN_REOPENS] = "It is newer than the old connection, and somebody listens (RFC 9293 3.6.1).",
    [TCP_GUARD_OLD_SYN_DROPPED] = "This stack drops such a SYN in TIME-WAIT (RFC 6191 2).",
    [TCP_GUARD_OLD_TIMESTAMP_RESTARTS] = "Its timestamp is old, and in this stack such a segment restarts 2 MSL.",
    [TCP_GUARD_OLD_SYN_RESET] = "It is in the window, and this stack resets it.",
    [TCP_GUARD_UNACCEPTABLE_RESTARTS_TIME_WAIT] = "In this stack such a segment restarts 2 MSL.",
    [TCP_GUARD_ODD_ACK_ANSWERED] = "This stack answers any ACK but the expected one.",
    [TCP_GUARD_SYN_RESETS] = "It is in the window, and this stack takes that for a reset.",
    [TCP_GUARD_SYN_ACK_REPEATED] = "This stack repeats its SYN,ACK.",
    [TCP_GUARD_KEEPALIVE_RST] = "The last keepalives went unanswered (RFC 9293 3.8.4).",
    [TCP_GUARD_KEEPALIVE_LIMIT] = "The last keepalives went unanswered (RFC 9293 3.8.4).",
    [TCP_GUARD_ABORT_WAITS] = "This stack waits for 2 MSL after its RST (RFC 9293 3.5.2).",
    [TCP_GUARD_NO_PCB_LEFT] = "The host has no TCB left for it, nor one that it would take from another.",
    [TCP_GUARD_TIME_WAITS_FULL] = "The host keeps as many TIME-WAITs as it may.",
    [TCP_GUARD_TIME_WAIT_REUSED] = "This stack lets connect() take over this TIME-WAIT (RFC 6191 3).",
    [TCP_GUARD_BUG_NO_TIME_WAIT] = "This stack has a bug: it knows no TIME-WAIT.",
    [TCP_GUARD_BUG_CLOSING_SKIPPED] = "This stack has a bug: it knows no CLOSING.",
    [TCP_GUARD_BUG_RST_ON_CROSSING_FIN] = "This stack has a bug: it takes a crossing FIN for an error.",
    [TCP_GUARD_BUG_FIN_SENT_ONCE] = "This stack has a bug: it sends a FIN only once.",
    [TCP_GUARD_BUG_TIME_WAIT_FROM_LAST_ACK] = "This stack has a bug: it goes from LAST-ACK to TIME-WAIT.",
    [TCP_GUARD_FIN_RESTARTS_TIME_WAIT] = "A repeated FIN restarts 2 MSL.",
    [TCP_GUARD_ANY_RESTARTS_TIME_WAIT] = "In this stack any segment with an ACK restarts 2 MSL.",
};
_Static_assert(COUNT(GUARDS) == TCP_GUARD_COUNT, "a sentence for each guard");

static const char *const CHECKS[] = {
    [TCP_CHECK_NO_CONNECTION] = "No connection here has this tuple.",
    [TCP_CHECK_LISTEN_RST] = "First check in LISTEN, RST: it is one.",
    [TCP_CHECK_LISTEN_ACK] = "Second check in LISTEN, ACK: it has one, though nothing was sent yet.",
    [TCP_CHECK_LISTEN_ROOM] = "Third check in LISTEN, SYN: it is one, but there is no room for another connection.",
    [TCP_CHECK_LISTEN_OTHER] = "Last check in LISTEN: it is no SYN.",
    [TCP_CHECK_SYN_SENT_ACK] = "First check in SYN-SENT, ACK: it does not acknowledge our SYN.",
    [TCP_CHECK_SYN_SENT_RST] = "Second check in SYN-SENT, RST: it does not acknowledge our SYN, so it may be forged.",
    [TCP_CHECK_SYN_SENT_OTHER] = "Last check in SYN-SENT: it has neither SYN nor RST.",
    [TCP_CHECK_SEQUENCE] = "First check, sequence number: it is not acceptable.",
    [TCP_CHECK_RST] = "Second check, RST: it is not exactly at RCV.NXT.",
    [TCP_CHECK_SYN] = "Fourth check, SYN: none belongs to this connection.",
    [TCP_CHECK_ACK] = "Fifth check, ACK: it is missing, or acknowledges what was never sent.",
    [TCP_CHECK_TEXT] = "Seventh check, text: its data cannot be taken.",
    [TCP_CHECK_CHECKSUM] = "The checksum is wrong: it was damaged on its way.",
};
_Static_assert(COUNT(CHECKS) == TCP_CHECK_COUNT, "a sentence for each check");

static const char *const TIMERS[] = {
    [TCP_TIMER_RETRANSMISSION] = "waits for the ACK of what was sent (RFC 6298)",
    [TCP_TIMER_PROBE] = "waits to probe whether the last segment was lost (RFC 8985 7)",
    [TCP_TIMER_REORDERING] = "waits whether a segment that seems lost is only late (RFC 8985 6)",
    [TCP_TIMER_PERSIST] = "waits to probe a window that is shut or too small (RFC 9293 3.8.6.1)",
    [TCP_TIMER_DELAYED_ACK] = "lets an ACK wait for company (RFC 9293 3.8.6.3)",
    [TCP_TIMER_TIME_WAIT] = "is how long TIME-WAIT lasts (RFC 9293 3.6.1)",
    [TCP_TIMER_LAST_ACK] = "limits LAST-ACK, which no RFC does",
    [TCP_TIMER_FIN_WAIT_2] = "limits FIN-WAIT-2, which no RFC does",
    [TCP_TIMER_KEEPALIVE] = "waits to ask a silent peer whether it is still there (RFC 9293 3.8.4)",
    [TCP_TIMER_USER] = "is how long anything may stay unacknowledged (RFC 9293 3.10.8)",
};
_Static_assert(COUNT(TIMERS) == TCP_TIMER_COUNT, "words for each timer");

const char *explain_stimulus(TcpStimulus stimulus) {
  g_assert((unsigned)stimulus < TCP_STIMULUS_COUNT);
  return STIMULI[stimulus];
}

const char *explain_guard(TcpGuard guard) {
  g_assert((unsigned)guard < TCP_GUARD_COUNT);
  return GUARDS[guard];
}

const char *explain_check(TcpCheck check) {
  g_assert((unsigned)check < TCP_CHECK_COUNT);
  return CHECKS[check];
}

const char *explain_timer(TcpTimer timer) {
  g_assert((unsigned)timer < TCP_TIMER_COUNT);
  return TIMERS[timer];
}
