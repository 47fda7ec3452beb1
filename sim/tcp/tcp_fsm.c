#include "tcp/tcp_fsm.h"

#include <stddef.h>
#include <string.h>

/* Short names of sets and actions, for this table only. */
#define S(state)  TCP_SET(state)
#define FIN_WAITS (S(FIN_WAIT_1) | S(FIN_WAIT_2))
#define SENDERS   (S(ESTABLISHED) | S(FIN_WAIT_1) | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK))
#define OPENERS   (S(SYN_SENT) | S(SYN_RECEIVED))
#define LIVE      (S(ESTABLISHED) | FIN_WAITS | S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK))
#define A(action) (1u << TCP_ACTION_##action)
#define END       (A(STOP_TIMERS) | A(DELETE_TCB))

#define FIG5 "FIG5"

/* clang-format off */
static const TcpRow ROWS[] = {
 /* from                                  stimulus                  guard                             to                    actions                                               RFC 9293            */

 /* --- 3.10.1 OPEN ------------------------------------------------------------------------------------------------------------------------------------------------------------ */
 { S(CLOSED),                             TCP_CALL_OPEN_PASSIVE,    TCP_GUARD_ALWAYS,                 TCP_STATE_LISTEN,     0,                                                    "3.10.1", FIG5, NULL },
 { S(LISTEN),                             TCP_CALL_OPEN_PASSIVE,    TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "3.10.1", NULL, "listens already" },
 { OPENERS | LIVE | S(TIME_WAIT),         TCP_CALL_OPEN_PASSIVE,    TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.1", NULL, "connection already exists" },
 { S(CLOSED) | S(LISTEN),                 TCP_CALL_OPEN_ACTIVE,     TCP_GUARD_NO_PCB_LEFT,            TCP_STAY,             A(FAIL_CALL),                                         "3.10.1", NULL, "insufficient resources" },
 { S(CLOSED),                             TCP_CALL_OPEN_ACTIVE,     TCP_GUARD_ALWAYS,                 TCP_STATE_SYN_SENT,   A(SEND_SYN),                                          "3.10.1", FIG5, NULL },
 { S(LISTEN),                             TCP_CALL_OPEN_ACTIVE,     TCP_GUARD_ALWAYS,                 TCP_STATE_SYN_SENT,   A(SEND_SYN),                                          "3.10.1", FIG5, "the passive OPEN becomes active" },
 { S(TIME_WAIT),                          TCP_CALL_OPEN_ACTIVE,        TCP_GUARD_TIME_WAIT_REUSED,                TCP_STATE_CLOSED,      END,                                                   "RFC 6191 3", NULL, "Linux tcp_tw_reuse: timestamps guard the new connection" },
 { OPENERS | LIVE | S(TIME_WAIT),         TCP_CALL_OPEN_ACTIVE,     TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.1", NULL, "connection already exists" },

 /* --- 3.10.2 SEND ------------------------------------------------------------------------------------------------------------------------------------------------------------ */
 { S(CLOSED) | S(LISTEN),                 TCP_CALL_SEND,            TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.2", NULL, "no connection, or nobody to send to" },
 { OPENERS | S(CLOSE_WAIT),               TCP_CALL_SEND,            TCP_GUARD_CLOSE_QUEUED,           TCP_STAY,             A(FAIL_CALL),                                         "3.10.2", NULL, "connection closing" },
 { OPENERS,                               TCP_CALL_SEND,            TCP_GUARD_ALWAYS,                 TCP_STAY,             A(QUEUE_DATA),                                        "3.10.2", NULL, "queued until established" },
 { S(ESTABLISHED) | S(CLOSE_WAIT),        TCP_CALL_SEND,            TCP_GUARD_ALWAYS,                 TCP_STAY,             A(QUEUE_DATA),                                        "3.10.2", NULL, NULL },
 { FIN_WAITS|S(CLOSING)|S(LAST_ACK)|S(TIME_WAIT), TCP_CALL_SEND,    TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.2", NULL, "connection closing" },

 /* --- 3.10.3 RECEIVE --------------------------------------------------------------------------------------------------------------------------------------------------------- */
 { S(CLOSED),                             TCP_CALL_RECEIVE,         TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.3", NULL, "connection does not exist" },
 { S(LISTEN) | OPENERS,                   TCP_CALL_RECEIVE,         TCP_GUARD_ALWAYS,                 TCP_STAY,             0,                                                    "3.10.3", NULL, "queued until established" },
 { LIVE | S(TIME_WAIT),                   TCP_CALL_RECEIVE,         TCP_GUARD_ALWAYS,                 TCP_STAY,             A(DELIVER),                                           "3.10.3", NULL, "what is buffered, then the end of the stream" },

 /* --- 3.10.4 CLOSE ----------------------------------------------------------------------------------------------------------------------------------------------------------- */
 { S(CLOSED),                             TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.4", NULL, "connection does not exist" },
 { S(LISTEN),                             TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.4", FIG5, NULL },
 { S(SYN_SENT),                           TCP_CALL_CLOSE,           TCP_GUARD_SHUTDOWN_WAITS,         TCP_STAY,             A(DEFER_CLOSE),                                       "3.10.4", NULL, "FreeBSD: shutdown() of what is not open yet is kept for later" },
 { S(SYN_SENT),                           TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.4", FIG5, "no segment is sent" },
 { S(SYN_RECEIVED),                       TCP_CALL_CLOSE,           TCP_GUARD_EMBRYO_DROPPED,         TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.4", NULL, "FreeBSD: close() drops what is not open yet" },
 { S(SYN_RECEIVED) | S(CLOSE_WAIT),       TCP_CALL_CLOSE,           TCP_GUARD_CLOSE_QUEUED,           TCP_IGNORE,           0,                                                    "3.10.4", NULL, "one FIN is enough" },
 { S(SYN_RECEIVED),                       TCP_CALL_CLOSE,           TCP_GUARD_NOTHING_QUEUED,         TCP_STATE_FIN_WAIT_1, A(QUEUE_FIN),                                         "3.10.4", FIG5, NULL },
 { S(SYN_RECEIVED),                       TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STAY,             A(DEFER_CLOSE),                                       "3.10.4", NULL, "queued until established" },
 { S(ESTABLISHED),                        TCP_CALL_CLOSE,           TCP_GUARD_UNREAD_DATA,            TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "3.6.1",  NULL, "data would be lost: the peer must know (RFC 2525 2.17)" },
 { S(ESTABLISHED),                        TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STATE_FIN_WAIT_1, A(QUEUE_FIN),                                         "3.10.4", FIG5, "at once, even if the FIN waits behind data" },
 { FIN_WAITS,                             TCP_CALL_CLOSE,           TCP_GUARD_UNREAD_DATA,            TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "3.6.1",  NULL, "data would be lost: the peer must know (RFC 2525 2.17)" },
 { FIN_WAITS,                             TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STAY,             A(START_FIN_WAIT_2),                                  "3.10.4", NULL, "no second FIN" },
 { S(CLOSE_WAIT),                         TCP_CALL_CLOSE,           TCP_GUARD_UNREAD_DATA,            TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "3.6.1",  NULL, "data would be lost: the peer must know (RFC 2525 2.17)" },
 { S(CLOSE_WAIT),                         TCP_CALL_CLOSE,           TCP_GUARD_LAST_ACK_AT_CALL,       TCP_STATE_LAST_ACK,   A(QUEUE_FIN) | A(START_LAST_ACK),                     "3.10.4", NULL, "Linux and the BSDs: at the call" },
 { S(CLOSE_WAIT),                         TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STAY,             A(QUEUE_FIN),                                         "3.10.4", NULL, "LAST-ACK when the FIN leaves" },
 { S(CLOSING) | S(LAST_ACK),              TCP_CALL_CLOSE,           TCP_GUARD_UNREAD_DATA,            TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "3.6.1",  NULL, "data would be lost: the peer must know (RFC 2525 2.17)" },
 { S(CLOSING)|S(LAST_ACK)|S(TIME_WAIT),   TCP_CALL_CLOSE,           TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.4", NULL, "connection closing" },

 /* --- 3.10.5 ABORT ----------------------------------------------------------------------------------------------------------------------------------------------------------- */
 { S(CLOSED),                             TCP_CALL_ABORT,           TCP_GUARD_ALWAYS,                 TCP_STAY,             A(FAIL_CALL),                                         "3.10.5", NULL, "connection does not exist" },
 { S(LISTEN) | S(SYN_SENT),               TCP_CALL_ABORT,           TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.5", NULL, NULL },
 { S(ESTABLISHED)|FIN_WAITS|S(CLOSE_WAIT), TCP_CALL_ABORT,              TCP_GUARD_ABORT_WAITS,                     TCP_STATE_TIME_WAIT,   A(STOP_TIMERS) | A(SEND_RST) | A(START_TIME_WAIT),     "3.5.2", NULL, "against 3.10.5; no stack does it" },
 { S(SYN_RECEIVED)|S(ESTABLISHED)|FIN_WAITS|S(CLOSE_WAIT), TCP_CALL_ABORT, TCP_GUARD_ALWAYS,          TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "3.10.5", NULL, NULL },
 { S(CLOSING) | S(LAST_ACK),              TCP_CALL_ABORT,           TCP_GUARD_ABORT_AFTER_FIN,        TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "3.10.5", NULL, "Linux while its FIN is unsent; FreeBSD" },
 { S(CLOSING)|S(LAST_ACK)|S(TIME_WAIT),   TCP_CALL_ABORT,           TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.5", NULL, "silently" },

 { S(LISTEN) | OPENERS | LIVE | S(TIME_WAIT), TCP_HOST_CRASH,              TCP_GUARD_ALWAYS,                          TCP_STATE_CLOSED,      END,                                                   "3.5.1", NULL, "all is forgotten, nobody is told" },

 /* --- 3.10.7.1 SEGMENT ARRIVES, CLOSED --------------------------------------------------------------------------------------------------------------------------------------- */
 { S(CLOSED),                             TCP_SEG_RST,              TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "3.10.7.1", NULL, "a RST is never answered" },
 { S(CLOSED),                             TCP_SEG_STRAY,            TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_RST),                                          "3.10.7.1", NULL, NULL },

 /* --- 3.10.7.2 SEGMENT ARRIVES, LISTEN --------------------------------------------------------------------------------------------------------------------------------------- */
 { S(LISTEN),                             TCP_SEG_RST,              TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "3.10.7.2", NULL, NULL },
 { S(LISTEN),                             TCP_SEG_BAD_ACK,          TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_RST),                                          "3.10.7.2", NULL, "nothing was sent that could be acknowledged" },
 { S(LISTEN),                             TCP_SEG_SYN,              TCP_GUARD_NO_PCB_LEFT,            TCP_IGNORE,           0,                                                    "extension", NULL, "lwIP: dropped, as if it had been lost" },
 { S(LISTEN),                             TCP_SEG_SYN,              TCP_GUARD_ALWAYS,                 TCP_STATE_SYN_RECEIVED, A(SEND_SYN_ACK),                                    "3.10.7.2", FIG5, NULL },
 { S(LISTEN),                             TCP_SEG_UNACCEPTABLE,     TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "3.10.7.2", NULL, "neither SYN nor ACK nor RST" },

 /* --- 3.10.7.3 SEGMENT ARRIVES, SYN-SENT ------------------------------------------------------------------------------------------------------------------------------------- */
 { S(SYN_SENT),                           TCP_SEG_BAD_ACK,          TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_RST),                                          "3.10.7.3 first", NULL, NULL },
 { S(SYN_SENT),                           TCP_SEG_RST,              TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_REFUSED),                                "3.10.7.3 second", NULL, NULL },
 { S(SYN_SENT),                           TCP_SEG_SYN,              TCP_GUARD_SYN_ACKED,              TCP_STATE_ESTABLISHED, A(SEND_ACK) | A(TELL_OPEN),                          "3.10.7.3 fourth", FIG5, NULL },
 { S(SYN_SENT),                           TCP_SEG_SYN,              TCP_GUARD_ALWAYS,                 TCP_STATE_SYN_RECEIVED, A(SEND_SYN_ACK),                                    "3.10.7.3 fourth", FIG5, "simultaneous open" },
 { S(SYN_SENT),                           TCP_SEG_UNACCEPTABLE,     TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "3.10.7.3 fifth", NULL, "neither SYN nor RST" },

 /* --- 3.10.7.4 SEGMENT ARRIVES, first: sequence number ----------------------------------------------------------------------------------------------------------------------- */
 { S(SYN_RECEIVED),                       TCP_SEG_SYN_AGAIN,           TCP_GUARD_SYN_ACK_REPEATED,                TCP_STAY,              A(SEND_SYN_ACK_AGAIN),                                 "3.10.7.4 first", NULL, "Linux, the BSDs: our SYN,ACK was lost" },
 { S(SYN_RECEIVED),                       TCP_SEG_SYN_AGAIN,           TCP_GUARD_ALWAYS,                          TCP_STAY,              A(SEND_ACK),                                           "3.10.7.4 first", NULL, NULL },
 { S(SYN_RECEIVED) | LIVE | S(TIME_WAIT), TCP_SEG_UNACCEPTABLE,        TCP_GUARD_ANSWER_LIMITED,                  TCP_IGNORE,            0,                                                     "3.10.7.4 first", NULL, "RFC 5961 7" },
 { S(SYN_RECEIVED) | LIVE,                TCP_SEG_UNACCEPTABLE,     TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_ACK),                                          "3.10.7.4 first", NULL, NULL },
 { S(TIME_WAIT),                          TCP_SEG_UNACCEPTABLE,     TCP_GUARD_UNACCEPTABLE_RESTARTS_TIME_WAIT, TCP_STAY,    A(SEND_ACK) | A(START_TIME_WAIT),                     "3.10.7.4 first", NULL, "Linux, smoltcp" },
 { S(TIME_WAIT),                          TCP_SEG_UNACCEPTABLE,     TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_ACK),                                          "3.10.7.4 first", NULL, NULL },
 { S(CLOSE_WAIT)|S(CLOSING)|S(LAST_ACK),  TCP_SEG_FIN_AGAIN,        TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_ACK),                                          "3.10.7.4 eighth", NULL, "our ACK was lost: once more" },
 { S(TIME_WAIT),                          TCP_SEG_FIN_AGAIN,        TCP_GUARD_FIN_RESTARTS_TIME_WAIT, TCP_STAY,             A(SEND_ACK) | A(START_TIME_WAIT),                     "3.10.7.4 eighth", NULL, "the first job of TIME-WAIT" },
 { S(TIME_WAIT),                          TCP_SEG_FIN_AGAIN,        TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_ACK),                                          "3.10.7.4 eighth", NULL, NULL },

 /* --- 3.10.7.4 second: RST --------------------------------------------------------------------------------------------------------------------------------------------------- */
 { S(SYN_RECEIVED),                       TCP_SEG_RST,              TCP_GUARD_PASSIVE_OPEN,           TCP_STATE_LISTEN,     A(STOP_TIMERS) | A(LISTEN_AGAIN),                     "3.10.7.4 second", FIG5, "back to the passive OPEN" },
 { S(SYN_RECEIVED),                       TCP_SEG_RST,              TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_REFUSED),                                "3.10.7.4 second", NULL, NULL },
 { LIVE,                                  TCP_SEG_RST,              TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_RESET),                                  "3.10.7.4 second", NULL, NULL },
 { S(TIME_WAIT),                          TCP_SEG_RST,              TCP_GUARD_RST_ENDS_TIME_WAIT,     TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.7.4 second", NULL, "TIME-WAIT assassination (RFC 1337)" },
 { S(TIME_WAIT),                          TCP_SEG_RST,              TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "RFC 1337 3", NULL, NULL },
 { S(SYN_RECEIVED) | LIVE,                TCP_SEG_RST_INEXACT,         TCP_GUARD_ANSWER_LIMITED,                  TCP_IGNORE,            0,                                                     "3.10.7.4 second", NULL, "RFC 5961 7" },
 { S(SYN_RECEIVED) | LIVE,                TCP_SEG_RST_INEXACT,      TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_CHALLENGE_ACK),                                "3.10.7.4 second", NULL, "RFC 5961 3.2" },
 { S(TIME_WAIT),                          TCP_SEG_RST_INEXACT,      TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "RFC 1337 3", NULL, NULL },

 /* --- 3.10.7.4 fourth: SYN --------------------------------------------------------------------------------------------------------------------------------------------------- */
 { S(SYN_RECEIVED),                       TCP_SEG_SYN,              TCP_GUARD_EMBRYO_RESET,           TCP_STATE_LISTEN,     A(STOP_TIMERS) | A(LISTEN_AGAIN) | A(SEND_RST),       "3.10.7.4 fourth", NULL, "Linux tells the peer" },
 { S(SYN_RECEIVED),                       TCP_SEG_SYN,              TCP_GUARD_PASSIVE_OPEN,           TCP_STATE_LISTEN,     A(STOP_TIMERS) | A(LISTEN_AGAIN),                     "3.10.7.4 fourth", NULL, "back to the passive OPEN" },
 { LIVE,                                  TCP_SEG_SYN,                 TCP_GUARD_SYN_RESETS,                      TCP_STATE_CLOSED,      END | A(SEND_RST) | A(TELL_RESET),                     "RFC 793 3.9", NULL, "FreeBSD insecure_syn; RFC 9293 has the challenge" },
 { S(SYN_RECEIVED) | LIVE,                TCP_SEG_SYN,                 TCP_GUARD_ANSWER_LIMITED,                  TCP_IGNORE,            0,                                                     "3.10.7.4 fourth", NULL, "RFC 5961 7" },
 { S(SYN_RECEIVED) | LIVE,                TCP_SEG_SYN,                 TCP_GUARD_ALWAYS,                          TCP_STAY,              A(SEND_CHALLENGE_ACK),                                 "3.10.7.4 fourth", NULL, "RFC 5961 4.2" },
 { S(TIME_WAIT),                          TCP_SEG_SYN,                 TCP_GUARD_SYN_REOPENS,                     TCP_STATE_CLOSED,      END,                                                   "3.6.1", NULL, "the old TCB goes, the SYN is handled as in LISTEN" },
 { S(TIME_WAIT),                          TCP_SEG_SYN,                 TCP_GUARD_OLD_SYN_DROPPED,                 TCP_IGNORE,            0,                                                     "RFC 6191 2", NULL, NULL },
 { S(TIME_WAIT),                          TCP_SEG_SYN,                 TCP_GUARD_OLD_SYN_RESET,                   TCP_STAY,              A(SEND_RST),                                           "3.10.7.4 fourth", NULL, "lwIP" },
 { S(TIME_WAIT),                          TCP_SEG_SYN,                 TCP_GUARD_ANSWER_LIMITED,                  TCP_IGNORE,            0,                                                     "3.10.7.4 fourth", NULL, "RFC 5961 7" },
 { S(TIME_WAIT),                          TCP_SEG_SYN,              TCP_GUARD_OLD_TIMESTAMP_RESTARTS, TCP_STAY,             A(SEND_CHALLENGE_ACK) | A(START_TIME_WAIT),           "3.10.7.4 fourth", NULL, "Linux: an old duplicate for sure" },
 { S(TIME_WAIT),                          TCP_SEG_SYN,                 TCP_GUARD_ALWAYS,                          TCP_STAY,              A(SEND_CHALLENGE_ACK),                                 "3.10.7.4 fourth", NULL, "RFC 5961 4.2" },

 /* --- 3.10.7.4 fifth: ACK ---------------------------------------------------------------------------------------------------------------------------------------------------- */
 { S(SYN_RECEIVED),                       TCP_SEG_BAD_ACK,          TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_RST),                                          "3.10.7.4 fifth", NULL, NULL },
 { S(SYN_RECEIVED),                       TCP_SEG_ACK_OF_SYN,       TCP_GUARD_ALWAYS,                 TCP_STATE_ESTABLISHED, A(TELL_OPEN),                                        "3.10.7.4 fifth", FIG5, NULL },
 { LIVE | S(TIME_WAIT),                   TCP_SEG_BAD_ACK,             TCP_GUARD_ANSWER_LIMITED,                  TCP_IGNORE,            0,                                                     "3.10.7.4 fifth", NULL, "RFC 5961 7" },
 { LIVE | S(TIME_WAIT),                   TCP_SEG_BAD_ACK,          TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_ACK),                                          "3.10.7.4 fifth", NULL, NULL },
 { S(FIN_WAIT_1),                         TCP_SEG_ACK_OF_FIN,       TCP_GUARD_ALWAYS,                 TCP_STATE_FIN_WAIT_2, A(START_FIN_WAIT_2),                                  "3.10.7.4 fifth", FIG5, NULL },
 { S(CLOSING),                            TCP_SEG_ACK_OF_FIN,          TCP_GUARD_BUG_NO_TIME_WAIT,                TCP_STATE_CLOSED,      END | A(TELL_CLOSED),                                  "3.10.7.4 fifth", NULL, "a bug" },
 { S(CLOSING),                            TCP_SEG_ACK_OF_FIN,       TCP_GUARD_TIME_WAITS_FULL,        TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "extension", NULL, "Linux: tcp_max_tw_buckets" },
 { S(CLOSING),                            TCP_SEG_ACK_OF_FIN,       TCP_GUARD_ALWAYS,                 TCP_STATE_TIME_WAIT,  A(STOP_TIMERS) | A(START_TIME_WAIT),                  "3.10.7.4 fifth", FIG5, NULL },
 { S(LAST_ACK),                           TCP_SEG_ACK_OF_FIN,       TCP_GUARD_BUG_TIME_WAIT_FROM_LAST_ACK, TCP_STATE_TIME_WAIT, A(STOP_TIMERS) | A(START_TIME_WAIT),                  "3.10.7.4 fifth", NULL, "a bug" },
 { S(LAST_ACK),                           TCP_SEG_ACK_OF_FIN,       TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.7.4 fifth", FIG5, NULL },
 { S(TIME_WAIT),                          TCP_SEG_ACK_IN_TIME_WAIT, TCP_GUARD_ANY_RESTARTS_TIME_WAIT, TCP_STAY,             A(START_TIME_WAIT),                                   "3.10.7.4 fifth", NULL, "Linux: any ACK restarts 2 MSL" },
 { S(TIME_WAIT),                          TCP_SEG_ACK_IN_TIME_WAIT,    TCP_GUARD_ODD_ACK_ANSWERED,                TCP_STAY,              A(SEND_ACK),                                           "3.10.7.4 fifth", NULL, "FreeBSD" },
 { S(TIME_WAIT),                          TCP_SEG_ACK_IN_TIME_WAIT, TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "3.10.7.4 fifth", NULL, "only the peer's FIN can usefully arrive" },

 /* --- 3.10.7.4 seventh: segment text ----------------------------------------------------------------------------------------------------------------------------------------- */
 { S(ESTABLISHED) | FIN_WAITS,            TCP_SEG_TEXT_UNWANTED,    TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "3.6.1", NULL, "the application has closed: nobody will read it" },

 { S(ESTABLISHED) | FIN_WAITS,            TCP_SEG_EARLY,            TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_ACK),                                          "3.10.7.4 seventh", NULL, "held: neither text nor FIN counts before the hole is filled" },

 /* --- 3.10.7.4 eighth: FIN --------------------------------------------------------------------------------------------------------------------------------------------------- */
 { S(ESTABLISHED),                        TCP_SEG_FIN,              TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSE_WAIT, A(SEND_ACK_OF_FIN) | A(TELL_EOF),                     "3.10.7.4 eighth", FIG5, NULL },
 { S(FIN_WAIT_1),                         TCP_SEG_FIN,                 TCP_GUARD_BUG_CLOSING_SKIPPED,             TCP_STATE_TIME_WAIT,   A(STOP_TIMERS)|A(SEND_ACK)|A(START_TIME_WAIT)|A(TELL_EOF), "3.10.7.4 eighth", NULL, "a bug" },
 { S(FIN_WAIT_1),                         TCP_SEG_FIN,                 TCP_GUARD_BUG_RST_ON_CROSSING_FIN,         TCP_STATE_CLOSED,      END | A(SEND_RST) | A(TELL_RESET),                     "3.10.7.4 eighth", NULL, "a bug" },
 { S(FIN_WAIT_1),                         TCP_SEG_FIN,              TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSING,    A(SEND_ACK) | A(TELL_EOF),                            "3.10.7.4 eighth", FIG5, "our own FIN is not acknowledged yet" },
 { S(FIN_WAIT_2),                         TCP_SEG_FIN,                 TCP_GUARD_BUG_NO_TIME_WAIT,                TCP_STATE_CLOSED,      END | A(SEND_ACK) | A(TELL_EOF) | A(TELL_CLOSED),      "3.10.7.4 eighth", NULL, "a bug" },
 { S(FIN_WAIT_2),                         TCP_SEG_FIN,              TCP_GUARD_TIME_WAITS_FULL,        TCP_STATE_CLOSED,     END | A(SEND_ACK) | A(TELL_EOF) | A(TELL_CLOSED),     "extension", NULL, "Linux: tcp_max_tw_buckets" },
 { S(FIN_WAIT_2),                         TCP_SEG_FIN,              TCP_GUARD_ALWAYS,                 TCP_STATE_TIME_WAIT,  A(STOP_TIMERS)|A(SEND_ACK)|A(START_TIME_WAIT)|A(TELL_EOF), "3.10.7.4 eighth", FIG5, NULL },

 /* --- our FIN leaves (3.10.4: after the data before it) ------------------------------------------------------------------------------------------------------------------------ */
 { S(CLOSE_WAIT),                         TCP_FIN_SENT,             TCP_GUARD_ALWAYS,                 TCP_STATE_LAST_ACK,   A(START_LAST_ACK),                                    "3.10.4", FIG5, NULL },
 { S(FIN_WAIT_1)|S(CLOSING)|S(LAST_ACK),  TCP_FIN_SENT,             TCP_GUARD_ALWAYS,                 TCP_IGNORE,           0,                                                    "3.10.4", NULL, "the state changed at the CLOSE" },

 /* --- what a host has only so many of ---------------------------------------------------------------------------------------------------------------------------------------- */
 { S(SYN_RECEIVED)|FIN_WAITS|S(CLOSE_WAIT)|S(CLOSING)|S(LAST_ACK), TCP_ORPHAN_REFUSED,       TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "extension", NULL, "Linux: tcp_max_orphans" },
 { S(CLOSING)|S(LAST_ACK)|S(TIME_WAIT),   TCP_TCB_TAKEN,            TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "extension", NULL, "lwIP: the oldest TIME-WAIT, else LAST-ACK, else CLOSING; no RST" },

 /* --- 3.10.8 timeouts -------------------------------------------------------------------------------------------------------------------------------------------------------- */
 { SENDERS,                               TCP_LOSS_FOUND,              TCP_GUARD_ALWAYS,                          TCP_STAY,              A(RESEND_LOST),                                        "RFC 5681 3.2", NULL, "or RFC 8985 5" },
 { SENDERS,                               TCP_TMO_REORDERING,          TCP_GUARD_ALWAYS,                          TCP_STAY,              A(RESEND_LOST),                                        "RFC 8985 6.2", NULL, NULL },
 { SENDERS,                               TCP_TMO_RETRANSMISSION,      TCP_GUARD_BUG_FIN_SENT_ONCE,               TCP_STAY,              0,                                                     "3.10.8", NULL, "a bug" },
 { OPENERS | SENDERS,                     TCP_TMO_RETRANSMISSION,   TCP_GUARD_LIMIT_REACHED,          TCP_STATE_CLOSED,     END | A(TELL_TIMEOUT),                                "3.8.3", NULL, "R2: give up, silently" },
 { OPENERS | SENDERS,                     TCP_TMO_RETRANSMISSION,   TCP_GUARD_ALWAYS,                 TCP_STAY,             A(RETRANSMIT),                                        "3.10.8", NULL, "RFC 6298 5.4 to 5.6" },
 { SENDERS,                               TCP_TMO_PROBE,            TCP_GUARD_ALWAYS,                 TCP_STAY,             A(PROBE_TAIL),                                        "RFC 8985 7.3", NULL, NULL },
 { SENDERS,                               TCP_TMO_PERSIST,          TCP_GUARD_LIMIT_REACHED,          TCP_STATE_CLOSED,     END | A(TELL_TIMEOUT),                                "3.8.6.1", NULL, "probes without any answer" },
 { SENDERS,                               TCP_TMO_PERSIST,          TCP_GUARD_ALWAYS,                 TCP_STAY,             A(PROBE_WINDOW),                                      "3.8.6.1", NULL, NULL },
 { LIVE,                                  TCP_TMO_DELAYED_ACK,      TCP_GUARD_ALWAYS,                 TCP_STAY,             A(SEND_ACK),                                          "3.8.6.3", NULL, "it has waited long enough" },
 { S(ESTABLISHED)|S(FIN_WAIT_2)|S(CLOSE_WAIT), TCP_TMO_KEEPALIVE,           TCP_GUARD_KEEPALIVE_RST,                   TCP_STATE_CLOSED,      END | A(SEND_RST) | A(TELL_TIMEOUT),                   "3.8.4", NULL, "Linux, lwIP" },
 { S(ESTABLISHED)|S(FIN_WAIT_2)|S(CLOSE_WAIT), TCP_TMO_KEEPALIVE,           TCP_GUARD_KEEPALIVE_LIMIT,                 TCP_STATE_CLOSED,      END | A(TELL_TIMEOUT),                                 "3.8.4", NULL, NULL },
 { S(SYN_RECEIVED) | LIVE,                TCP_TMO_KEEPALIVE,           TCP_GUARD_ALWAYS,                          TCP_STAY,              A(PROBE_IDLE),                                         "3.8.4", NULL, NULL },
 { OPENERS | SENDERS,                     TCP_TMO_USER,             TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_TIMEOUT),                                "3.10.8", NULL, NULL },
 { S(LAST_ACK),                           TCP_TMO_LAST_ACK,         TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_TIMEOUT),                                "extension", NULL, "lwIP: 2 MSL, however often the FIN was sent" },
 { S(FIN_WAIT_2),                         TCP_TMO_FIN_WAIT_2,       TCP_GUARD_NO_FIN_WAIT_2,          TCP_STATE_CLOSED,     END | A(SEND_RST) | A(TELL_CLOSED),                   "extension", NULL, "Linux: TCP_LINGER2 below 0" },
 { S(FIN_WAIT_2),                         TCP_TMO_FIN_WAIT_2,       TCP_GUARD_TIME_WAITS_FULL,        TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "extension", NULL, "Linux: tcp_max_tw_buckets, which counts orphans in FIN-WAIT-2 too" },
 { S(FIN_WAIT_2),                         TCP_TMO_FIN_WAIT_2,       TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "extension", NULL, "no RFC: stacks free a FIN-WAIT-2 that nobody holds" },
 { S(TIME_WAIT),                          TCP_TMO_TIME_WAIT,        TCP_GUARD_ALWAYS,                 TCP_STATE_CLOSED,     END | A(TELL_CLOSED),                                 "3.10.8", FIG5, NULL },
};
/* clang-format on */

#define ROW_COUNT (sizeof ROWS / sizeof ROWS[0])
_Static_assert(ROW_COUNT <= TCP_FSM_ROWS_MAX && TCP_FSM_ROWS_MAX < 255, "the index holds row + 1 in an octet");

const TcpRow *tcp_fsm_rows(unsigned *ret_count) {
  *ret_count = ROW_COUNT;
  return ROWS;
}

void tcp_fsm_index_init(TcpFsmIndex *index) {
  memset(index, 0, sizeof *index);
  for (size_t row = ROW_COUNT; row-- > 0;)
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
      if (ROWS[row].from >> state & 1) {
        uint8_t *first = &index->first[state][ROWS[row].stimulus];
        index->next[state][row] = *first;
        *first = (uint8_t)(row + 1);
      }
}

const TcpRow *tcp_fsm_first(const TcpFsmIndex *index, TcpState state, TcpStimulus stimulus) {
  uint8_t first = index->first[state][stimulus];
  return first ? &ROWS[first - 1] : NULL;
}

const TcpRow *tcp_fsm_next(const TcpFsmIndex *index, const TcpRow *row, TcpState state) {
  uint8_t next = index->next[state][row - ROWS];
  return next ? &ROWS[next - 1] : NULL;
}

const TcpRow *tcp_fsm_lookup(const TcpFsmIndex *index, TcpState state, TcpStimulus stimulus, uint64_t holds) {
  const TcpRow *row = tcp_fsm_first(index, state, stimulus);
  while (row && row->guard != TCP_GUARD_ALWAYS && !(holds >> row->guard & 1))
    row = tcp_fsm_next(index, row, state);
  return row;
}
