/* The words of TCP, each list written once: states, stimuli, guards, actions, timers, and the checks that refuse
 * a segment. Enums, names and arity come from these lists and from nowhere else. Includes nothing of ours, so that the
 * trace and its readers may share it. */
#ifndef TEARDOWN_TCP_TCP_NAMES_H
#define TEARDOWN_TCP_TCP_NAMES_H

/* RFC 9293 3.3.2, in the order of the RFC's list: identifier, name as the RFC writes it, one line for people. */
#define TCP_STATES(X)                                                                                                  \
  X(CLOSED, "CLOSED", "no connection: nothing is remembered")                                                          \
  X(LISTEN, "LISTEN", "waits for a connection request from anyone")                                                    \
  X(SYN_SENT, "SYN-SENT", "sent a SYN, waits for the peer's SYN and ACK")                                              \
  X(SYN_RECEIVED, "SYN-RECEIVED", "sent and received a SYN, waits for the ACK of its own")                             \
  X(ESTABLISHED, "ESTABLISHED", "open: data flows both ways")                                                          \
  X(FIN_WAIT_1, "FIN-WAIT-1", "closed its side first, its FIN is not acknowledged yet")                                \
  X(FIN_WAIT_2, "FIN-WAIT-2", "its FIN is acknowledged, waits for the peer's FIN")                                     \
  X(CLOSE_WAIT, "CLOSE-WAIT", "the peer has closed, waits for its own application to close")                           \
  X(CLOSING, "CLOSING", "both closed at once: has the peer's FIN, waits for the ACK of its own")                       \
  X(LAST_ACK, "LAST-ACK", "closed after the peer, waits for the ACK of its FIN")                                       \
  X(TIME_WAIT, "TIME-WAIT", "all done: waits 2 MSL to answer a repeated FIN and to let old segments die")

/* What can happen to a connection, as RFC 9293 3.10 sorts it: user calls, segments (as the steps of
 * 3.10.7 recognise them), timeouts, and one event of the sender itself. */
#define TCP_STIMULI(X)                                                                                                 \
  X(CALL_OPEN_PASSIVE, "passive OPEN call")                                                                            \
  X(CALL_OPEN_ACTIVE, "active OPEN call")                                                                              \
  X(CALL_SEND, "SEND call")                                                                                            \
  X(CALL_RECEIVE, "RECEIVE call")                                                                                      \
  X(CALL_CLOSE, "CLOSE call (close, or shutdown of the sending side)")                                                 \
  X(CALL_ABORT, "ABORT call")                                                                                          \
  X(HOST_CRASH, "the host crashes")                                                                                    \
  X(SEG_STRAY, "a segment other than RST for which there is no connection")                                            \
  X(SEG_UNACCEPTABLE, "a segment outside the receive window")                                                          \
  X(SEG_FIN_AGAIN, "the peer's FIN once more")                                                                         \
  X(SEG_SYN_AGAIN, "the peer's SYN once more")                                                                         \
  X(SEG_RST, "a valid RST")                                                                                            \
  X(SEG_RST_INEXACT, "a RST inside the window but not at RCV.NXT")                                                     \
  X(SEG_SYN, "a SYN")                                                                                                  \
  X(SEG_BAD_ACK, "an ACK of something never sent, or far below SND.UNA")                                               \
  X(SEG_ACK_OF_SYN, "the ACK of our SYN")                                                                              \
  X(SEG_ACK_OF_FIN, "the ACK of our FIN")                                                                              \
  X(SEG_ACK_IN_TIME_WAIT, "an ACK that arrives in TIME-WAIT")                                                          \
  X(SEG_TEXT_UNWANTED, "data for an application that has closed")                                                      \
  X(SEG_EARLY, "a segment beyond a hole")                                                                              \
  X(LOSS_FOUND, "later segments arrived: one is taken for lost")                                                       \
  X(SEG_FIN, "the peer's FIN, in order")                                                                               \
  X(ORPHAN_REFUSED, "one connection too many that no application holds (max_orphans)")                                 \
  X(TCB_TAKEN, "its TCB is wanted for a new connection (max_pcbs)")                                                    \
  X(FIN_SENT, "our FIN leaves, after the data before it")                                                              \
  X(TMO_RETRANSMISSION, "retransmission timeout")                                                                      \
  X(TMO_PROBE, "probe timeout")                                                                                        \
  X(TMO_REORDERING, "reordering timeout")                                                                              \
  X(TMO_PERSIST, "persist timeout")                                                                                    \
  X(TMO_KEEPALIVE, "keepalive timeout")                                                                                \
  X(TMO_DELAYED_ACK, "delayed ACK timeout")                                                                            \
  X(TMO_USER, "user timeout")                                                                                          \
  X(TMO_LAST_ACK, "LAST-ACK timeout")                                                                                  \
  X(TMO_FIN_WAIT_2, "FIN-WAIT-2 idle timeout")                                                                         \
  X(TMO_TIME_WAIT, "2 MSL timeout")

/* Conditions a row may ask for; evaluated by a pure function of the TCB, the segment and the profile. */
#define TCP_GUARDS(X)                                                                                                  \
  X(ALWAYS, "always")                                                                                                  \
  X(PASSIVE_OPEN, "the connection came from a passive OPEN")                                                           \
  X(SYN_ACKED, "our SYN is acknowledged")                                                                              \
  X(NOTHING_QUEUED, "no data waits to be sent before the FIN")                                                         \
  X(EMBRYO_DROPPED, "the stack drops a connection that is closed before it is open")                                   \
  X(SHUTDOWN_WAITS, "the stack keeps a shutdown() before the SYN,ACK for later")                                       \
  X(EMBRYO_RESET, "the stack resets an embryonic connection for a SYN in its window")                                  \
  X(CLOSE_QUEUED, "a CLOSE is already queued")                                                                         \
  X(UNREAD_DATA, "data was received that nobody will read")                                                            \
  X(LAST_ACK_AT_CALL, "the stack enters LAST-ACK at the call")                                                         \
  X(LIMIT_REACHED, "the limit R2 of retransmissions is reached")                                                       \
  X(RST_ENDS_TIME_WAIT, "a RST ends TIME-WAIT")                                                                        \
  X(ANSWER_LIMITED, "enough such answers for now (RFC 5961 7)")                                                        \
  X(SYN_REOPENS, "the SYN is newer than the old connection, and somebody listens")                                     \
  X(OLD_SYN_DROPPED, "the stack drops an old SYN in TIME-WAIT")                                                        \
  X(OLD_TIMESTAMP_RESTARTS, "its timestamp is old, and any such segment restarts 2 MSL")                               \
  X(OLD_SYN_RESET, "the stack resets an old SYN that is in the window")                                                \
  X(UNACCEPTABLE_RESTARTS_TIME_WAIT, "such a segment restarts 2 MSL")                                                  \
  X(ODD_ACK_ANSWERED, "the stack answers any ACK but the expected one")                                                \
  X(SYN_RESETS, "the stack takes a SYN in the window for a reset")                                                     \
  X(SYN_ACK_REPEATED, "the stack repeats its SYN,ACK")                                                                 \
  X(KEEPALIVE_RST, "no answer to the last keepalives, and the stack sends RST")                                        \
  X(KEEPALIVE_LIMIT, "no answer to the last keepalives")                                                               \
  X(ABORT_AFTER_FIN, "the stack sends a RST although both sides have closed")                                          \
  X(NO_FIN_WAIT_2, "the socket wants no FIN-WAIT-2 once nobody holds it")                                              \
  X(ABORT_WAITS, "the stack waits 2 MSL after its RST")                                                                \
  X(NO_PCB_LEFT, "there is no TCB left for it (max_pcbs)")                                                             \
  X(TIME_WAITS_FULL, "the stack keeps as many TIME-WAITs as it may (max_time_waits)")                                  \
  X(TIME_WAIT_REUSED, "connect() may take over this TIME-WAIT")                                                        \
  X(BUG_NO_TIME_WAIT, "BUG: no TIME-WAIT")                                                                             \
  X(BUG_CLOSING_SKIPPED, "BUG: no CLOSING")                                                                            \
  X(BUG_RST_ON_CROSSING_FIN, "BUG: a crossing FIN is an error")                                                        \
  X(BUG_FIN_SENT_ONCE, "BUG: a FIN is not sent again")                                                                 \
  X(BUG_TIME_WAIT_FROM_LAST_ACK, "BUG: LAST-ACK leads to TIME-WAIT")                                                   \
  X(FIN_RESTARTS_TIME_WAIT, "a repeated FIN restarts 2 MSL")                                                           \
  X(ANY_RESTARTS_TIME_WAIT, "any segment with an ACK restarts 2 MSL")

/* What a row makes the connection do, in the order in which it is done. */
#define TCP_ACTIONS(X)                                                                                                 \
  X(STOP_TIMERS, "stop all timers")                                                                                    \
  X(LISTEN_AGAIN, "forget the peer and listen again")                                                                  \
  X(SEND_SYN, "send SYN")                                                                                              \
  X(SEND_SYN_ACK, "send SYN,ACK")                                                                                      \
  X(SEND_SYN_ACK_AGAIN, "send the SYN,ACK again")                                                                      \
  X(QUEUE_DATA, "queue the data; it leaves when the window allows")                                                    \
  X(DELIVER, "hand over what has arrived")                                                                             \
  X(QUEUE_FIN, "queue a FIN behind the data")                                                                          \
  X(DEFER_CLOSE, "close once established")                                                                             \
  X(SEND_ACK, "send ACK")                                                                                              \
  X(SEND_ACK_OF_FIN, "send ACK; it may wait for company (fin_ack_delay)")                                              \
  X(SEND_CHALLENGE_ACK, "send a challenge ACK")                                                                        \
  X(SEND_RST, "send RST")                                                                                              \
  X(RETRANSMIT, "send the front of the queue again, double the timeout")                                               \
  X(RESEND_LOST, "send what is taken for lost again")                                                                  \
  X(PROBE_TAIL, "send the last segment again, without doubling")                                                       \
  X(PROBE_WINDOW, "send a window probe, double its interval")                                                          \
  X(PROBE_IDLE, "send a keepalive")                                                                                    \
  X(START_TIME_WAIT, "start (or restart) the 2 MSL timer")                                                             \
  X(START_FIN_WAIT_2, "start the FIN-WAIT-2 timer if nobody will read")                                                \
  X(START_LAST_ACK, "start the LAST-ACK timer if the stack has one")                                                   \
  X(TELL_OPEN, "tell the application: established")                                                                    \
  X(TELL_EOF, "tell the application: end of stream")                                                                   \
  X(TELL_RESET, "tell the application: connection reset")                                                              \
  X(TELL_REFUSED, "tell the application: connection refused")                                                          \
  X(TELL_TIMEOUT, "tell the application: timed out")                                                                   \
  X(TELL_CLOSED, "tell the application: closed")                                                                       \
  X(FAIL_CALL, "the call fails")                                                                                       \
  X(DELETE_TCB, "delete the TCB")

#define TCP_TIMERS(X)                                                                                                  \
  X(RETRANSMISSION, "retransmission")                                                                                  \
  X(PROBE, "probe")                                                                                                    \
  X(REORDERING, "reordering")                                                                                          \
  X(PERSIST, "persist")                                                                                                \
  X(DELAYED_ACK, "delayed-ack")                                                                                        \
  X(TIME_WAIT, "2msl")                                                                                                 \
  X(FIN_WAIT_2, "fin-wait-2")                                                                                          \
  X(LAST_ACK, "last-ack")                                                                                              \
  X(KEEPALIVE, "keepalive")                                                                                            \
  X(USER, "user")

/* The checks of RFC 9293 3.10.7 that drop a segment: identifier, name in the trace, section. */
#define TCP_CHECKS(X)                                                                                                  \
  X(NO_CONNECTION, "no-connection", "3.10.7.1")                                                                        \
  X(LISTEN_RST, "listen-rst", "3.10.7.2")                                                                              \
  X(LISTEN_ACK, "listen-ack", "3.10.7.2")                                                                              \
  X(LISTEN_ROOM, "listen-room", "extension")                                                                           \
  X(LISTEN_OTHER, "listen-other", "3.10.7.2")                                                                          \
  X(SYN_SENT_ACK, "syn-sent-ack", "3.10.7.3")                                                                          \
  X(SYN_SENT_RST, "syn-sent-rst", "3.10.7.3")                                                                          \
  X(SYN_SENT_OTHER, "syn-sent-other", "3.10.7.3")                                                                      \
  X(SEQUENCE, "sequence", "3.10.7.4 first")                                                                            \
  X(RST, "rst", "3.10.7.4 second")                                                                                     \
  X(SYN, "syn", "3.10.7.4 fourth")                                                                                     \
  X(ACK, "ack", "3.10.7.4 fifth")                                                                                      \
  X(TEXT, "text", "3.10.7.4 seventh")                                                                                  \
  X(CHECKSUM, "checksum", "3.1")

#define TCP_ENUM_STATE(id, ...) TCP_STATE_##id,
typedef enum { TCP_STATES(TCP_ENUM_STATE) TCP_STATE_COUNT } TcpState;
#define TCP_ENUM_STIMULUS(id, ...) TCP_##id,
typedef enum { TCP_STIMULI(TCP_ENUM_STIMULUS) TCP_STIMULUS_COUNT } TcpStimulus;
#define TCP_ENUM_GUARD(id, ...) TCP_GUARD_##id,
typedef enum { TCP_GUARDS(TCP_ENUM_GUARD) TCP_GUARD_COUNT } TcpGuard;
#define TCP_ENUM_ACTION(id, ...) TCP_ACTION_##id,
typedef enum { TCP_ACTIONS(TCP_ENUM_ACTION) TCP_ACTION_COUNT } TcpAction;
#define TCP_ENUM_TIMER(id, ...) TCP_TIMER_##id,
typedef enum { TCP_TIMERS(TCP_ENUM_TIMER) TCP_TIMER_COUNT } TcpTimer;
#define TCP_ENUM_CHECK(id, ...) TCP_CHECK_##id,
typedef enum { TCP_CHECKS(TCP_ENUM_CHECK) TCP_CHECK_COUNT } TcpCheck;
#undef TCP_ENUM_STATE
#undef TCP_ENUM_STIMULUS
#undef TCP_ENUM_GUARD
#undef TCP_ENUM_ACTION
#undef TCP_ENUM_TIMER
#undef TCP_ENUM_CHECK

/* Names, as static strings. The argument must be in range (asserted). */
const char *tcp_state_name(TcpState state);       /* "FIN-WAIT-1" */
const char *tcp_state_meaning(TcpState state);    /* one line for people */
const char *tcp_stimulus_name(TcpStimulus s);     /* "SEG_FIN" */
const char *tcp_stimulus_meaning(TcpStimulus s);  /* "the peer's FIN, in order" */
const char *tcp_guard_name(TcpGuard guard);       /* "ALWAYS" */
const char *tcp_guard_meaning(TcpGuard guard);    /* "always" */
const char *tcp_action_name(TcpAction action);    /* "SEND_ACK" */
const char *tcp_action_meaning(TcpAction action); /* "send ACK" */
const char *tcp_timer_name(TcpTimer timer);       /* "2msl" */
const char *tcp_check_name(TcpCheck check);       /* "sequence" */
const char *tcp_check_section(TcpCheck check);    /* "3.10.7.4 first" */

/* Reads a state name in any usual spelling (FIN-WAIT-1, FIN_WAIT1, fin_wait_1, FINWAIT1, SYN_RECV, SYN-RCVD, TCP_...).
 * Returns 0 and leaves `ret_state` alone when it is none of them, 1 otherwise. */
int tcp_state_parse(const char *text, TcpState *ret_state);

#endif
