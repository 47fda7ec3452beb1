/* What a stack is: parameters by name, and named sets of them (profiles). A profile is data, never code: where stacks
 * differ in a rule, a parameter here decides a guard of the table (tcp_fsm.h).
 *
 * Every parameter stands once, in TCP_PARAMS; the struct, the lookup by name, the loader and `teardown profiles` come
 * from it. Profiles are const and shared; a host copies one and overrides what its scenario says. */
#ifndef TEARDOWN_TCP_TCP_PROFILE_H
#define TEARDOWN_TCP_TCP_PROFILE_H

#include "engine/simtime.h"

#include <glib.h>
#include <stdint.h>

/* Values of parameters that are a choice: parameter, then identifiers and the words a scenario writes. */
#define TCP_CHOICE_RTO_MIN_APPLIES(X)   X(SUM, "sum") X(VARIANCE, "variance")
#define TCP_CHOICE_USER_TIMEOUT_FROM(X) X(SENDING, "sending") X(RETRANSMISSION, "retransmission")
#define TCP_CHOICE_FIN_WAIT_2_WHEN(X)   X(CLOSED, "closed") X(ALWAYS, "always") X(UNREAD, "unread")
#define TCP_CHOICE_ACK_POLICY(X)        X(RFC, "rfc") X(LINUX, "linux")
#define TCP_CHOICE_NAGLE(X)             X(OFF, "off") X(ANY, "any") X(SMALL, "small")
#define TCP_CHOICE_WINDOW_PROBE(X)      X(OCTET, "octet") X(OLD, "old")
#define TCP_CHOICE_LAST_ACK_ENTRY(X)    X(FIN, "fin") X(CALL, "call")
#define TCP_CHOICE_TIME_WAIT_RESTART(X)                                                                                \
  X(FIN, "fin") X(ANY, "any") X(UNACCEPTABLE, "unacceptable") X(NEVER, "never") X(ANY_FIN, "any_fin")
#define TCP_CHOICE_RST_IN_TIME_WAIT(X)     X(KILL, "kill") X(IGNORE, "ignore")
#define TCP_CHOICE_SYN_IN_TIME_WAIT(X)     X(NEWER, "newer") X(RFC6191, "rfc6191") X(LINUX, "linux") X(NEVER, "never")
#define TCP_CHOICE_OLD_SYN_IN_TIME_WAIT(X) X(CHALLENGE, "challenge") X(DROP, "drop") X(RESET, "reset")
#define TCP_CHOICE_RST_ACCEPTED(X)         X(EXACT, "exact") X(WINDOW, "window") X(LAST_ACK, "last_ack")
#define TCP_CHOICE_SYN_ACCEPTED(X)         X(CHALLENGE, "challenge") X(RESET, "reset")
#define TCP_CHOICE_SHUT_READ_DATA(X)       X(ACCEPT, "accept") X(DISCARD, "discard") X(RESET, "reset")
#define TCP_CHOICE_CROSSING_FIN_REPLY(X)   X(ACK, "ack") X(FIN, "fin")
#define TCP_CHOICE_BIND_TIME_WAIT(X)                                                                                   \
  X(STRICT, "strict") X(REUSEADDR_BOTH, "reuseaddr_both") X(UNCONNECTED, "unconnected") X(UNSCANNED, "unscanned")
#define TCP_CHOICE_CONNECT_BUSY_ERRNO(X) X(EADDRINUSE, "EADDRINUSE") X(EADDRNOTAVAIL, "EADDRNOTAVAIL")
#define TCP_CHOICE_TIME_WAIT_REUSE(X)    X(OFF, "off") X(TIMESTAMPS, "timestamps")

#define TCP_CHOICE_CWND_UNIT(X)            X(OCTETS, "octets") X(SEGMENTS, "segments")
#define TCP_CHOICE_CWND_AFTER_IDLE(X)      X(KEEP, "keep") X(RESTART, "restart") X(HALVE, "halve")
#define TCP_CHOICE_RESEND_AFTER_TIMEOUT(X) X(FRONT, "front") X(ALL, "all")
#define TCP_CHOICE_OLD_ACK(X)              X(IGNORED, "ignored") X(WINDOW, "window") X(ACKED, "acked")
#define TCP_CHOICE_SYN_RECEIVED_CLOSE(X)   X(FIN, "fin") X(DROP, "drop")
#define TCP_CHOICE_ABORT_AFTER_FIN(X)      X(SILENT, "silent") X(UNSENT, "unsent") X(RESET, "reset")
#define TCP_CHOICE_EMBRYO_RST(X)           X(EXACT, "exact") X(WINDOW, "window") X(BARE, "bare")
#define TCP_CHOICE_EMBRYO_SYN(X)           X(LISTEN, "listen") X(RESET, "reset") X(REPEAT, "repeat")
#define TCP_CHOICE_PUSH(X)                 X(SEND, "send") X(EMPTY, "empty") X(LINUX, "linux")

/* Every choice, so that enums and lists of words come from the lists above. */
#define TCP_CHOICES(X)                                                                                                 \
  X(RTO_MIN_APPLIES, rto_min_applies)                                                                                  \
  X(USER_TIMEOUT_FROM, user_timeout_from)                                                                              \
  X(FIN_WAIT_2_WHEN, fin_wait_2_when)                                                                                  \
  X(ACK_POLICY, ack_policy)                                                                                            \
  X(NAGLE, nagle)                                                                                                      \
  X(WINDOW_PROBE, window_probe)                                                                                        \
  X(LAST_ACK_ENTRY, last_ack_entry)                                                                                    \
  X(TIME_WAIT_RESTART, time_wait_restart)                                                                              \
  X(RST_IN_TIME_WAIT, rst_in_time_wait)                                                                                \
  X(SYN_IN_TIME_WAIT, syn_in_time_wait)                                                                                \
  X(OLD_SYN_IN_TIME_WAIT, old_syn_in_time_wait)                                                                        \
  X(RST_ACCEPTED, rst_accepted)                                                                                        \
  X(SYN_ACCEPTED, syn_accepted)                                                                                        \
  X(SHUT_READ_DATA, shut_read_data)                                                                                    \
  X(CROSSING_FIN_REPLY, crossing_fin_reply)                                                                            \
  X(BIND_TIME_WAIT, bind_time_wait)                                                                                    \
  X(CONNECT_BUSY_ERRNO, connect_busy_errno)                                                                            \
  X(TIME_WAIT_REUSE, time_wait_reuse)                                                                                  \
  X(CWND_UNIT, cwnd_unit)                                                                                              \
  X(CWND_AFTER_IDLE, cwnd_after_idle)                                                                                  \
  X(RESEND_AFTER_TIMEOUT, resend_after_timeout)                                                                        \
  X(OLD_ACK, old_ack)                                                                                                  \
  X(SYN_RECEIVED_CLOSE, syn_received_close)                                                                            \
  X(ABORT_AFTER_FIN, abort_after_fin)                                                                                  \
  X(PUSH, push)                                                                                                        \
  X(EMBRYO_RST, embryo_rst)                                                                                            \
  X(EMBRYO_SYN, embryo_syn)

#define TCP_ENUM_(id, word) TCP_RTO_MIN_APPLIES_##id,
enum { TCP_CHOICE_RTO_MIN_APPLIES(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_USER_TIMEOUT_FROM_##id,
enum { TCP_CHOICE_USER_TIMEOUT_FROM(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_FIN_WAIT_2_WHEN_##id,
enum { TCP_CHOICE_FIN_WAIT_2_WHEN(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_ACK_POLICY_##id,
enum { TCP_CHOICE_ACK_POLICY(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_NAGLE_##id,
enum { TCP_CHOICE_NAGLE(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_WINDOW_PROBE_##id,
enum { TCP_CHOICE_WINDOW_PROBE(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_LAST_ACK_ENTRY_##id,
enum { TCP_CHOICE_LAST_ACK_ENTRY(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_TIME_WAIT_RESTART_##id,
enum { TCP_CHOICE_TIME_WAIT_RESTART(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_RST_IN_TIME_WAIT_##id,
enum { TCP_CHOICE_RST_IN_TIME_WAIT(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_SYN_IN_TIME_WAIT_##id,
enum { TCP_CHOICE_SYN_IN_TIME_WAIT(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_OLD_SYN_IN_TIME_WAIT_##id,
enum { TCP_CHOICE_OLD_SYN_IN_TIME_WAIT(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_RST_ACCEPTED_##id,
enum { TCP_CHOICE_RST_ACCEPTED(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_SYN_ACCEPTED_##id,
enum { TCP_CHOICE_SYN_ACCEPTED(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_SHUT_READ_DATA_##id,
enum { TCP_CHOICE_SHUT_READ_DATA(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_CROSSING_FIN_REPLY_##id,
enum { TCP_CHOICE_CROSSING_FIN_REPLY(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_BIND_TIME_WAIT_##id,
enum { TCP_CHOICE_BIND_TIME_WAIT(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_CONNECT_BUSY_ERRNO_##id,
enum { TCP_CHOICE_CONNECT_BUSY_ERRNO(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_TIME_WAIT_REUSE_##id,
enum { TCP_CHOICE_TIME_WAIT_REUSE(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_CWND_UNIT_##id,
enum { TCP_CHOICE_CWND_UNIT(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_CWND_AFTER_IDLE_##id,
enum { TCP_CHOICE_CWND_AFTER_IDLE(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_RESEND_AFTER_TIMEOUT_##id,
enum { TCP_CHOICE_RESEND_AFTER_TIMEOUT(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_OLD_ACK_##id,
enum { TCP_CHOICE_OLD_ACK(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_SYN_RECEIVED_CLOSE_##id,
enum { TCP_CHOICE_SYN_RECEIVED_CLOSE(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_ABORT_AFTER_FIN_##id,
enum { TCP_CHOICE_ABORT_AFTER_FIN(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_PUSH_##id,
enum { TCP_CHOICE_PUSH(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_EMBRYO_RST_##id,
enum { TCP_CHOICE_EMBRYO_RST(TCP_ENUM_) };
#undef TCP_ENUM_
#define TCP_ENUM_(id, word) TCP_EMBRYO_SYN_##id,
enum { TCP_CHOICE_EMBRYO_SYN(TCP_ENUM_) };
#undef TCP_ENUM_

/* A count or time that never ends is written "unlimited" or "never". */
#define TCP_UNLIMITED UINT32_MAX

/* Every parameter: type, name, least and greatest value, meaning. Types:
 *   TIME    SimTime; "never" allowed where the greatest value is SIM_NEVER
 *   COUNT   uint32_t; "unlimited" allowed where the greatest value is TCP_UNLIMITED
 *   SWITCH  uint8_t, 0 or 1; true or false in a scenario
 *   CHOICE  uint8_t, one of the words of its list (TCP_CHOICE_<NAME>) */
#define TCP_PARAMS(X)                                                                                                  \
  X(TIME, msl, 0, SIM_H(12), "maximum segment lifetime")                                                               \
  X(TIME, time_wait, 0, SIM_H(24), "length of TIME-WAIT; 2 msl unless given")                                          \
  X(TIME, rto_initial, SIM_MS(1), SIM_H(1), "retransmission timeout before the first RTT sample")                      \
  X(TIME, rto_min, 0, SIM_H(1), "least retransmission timeout")                                                        \
  X(CHOICE, rto_min_applies, 0, 1, "rto_min bounds the whole sum, or only its variance term")                          \
  X(TIME, rto_slop, 0, SIM_S(10), "added to every computed timeout")                                                   \
  X(TIME, rto_max, SIM_MS(1), SIM_H(24), "greatest retransmission timeout")                                            \
  X(COUNT, retries, 0, TCP_UNLIMITED, "retransmissions of data or FIN before giving up (R2)")                          \
  X(TIME, retries_time, SIM_MS(1), SIM_NEVER, "give up at the first expiry this long after the first retransmission")  \
  X(TIME, orphan_retries_time, SIM_MS(1), SIM_NEVER, "the same, once the application has closed")                      \
  X(COUNT, syn_retries, 0, TCP_UNLIMITED, "retransmissions of a SYN before giving up")                                 \
  X(COUNT, syn_linear_timeouts, 0, 100, "first timeouts of a SYN that do not double")                                  \
  X(COUNT, synack_retries, 0, TCP_UNLIMITED, "retransmissions of a SYN,ACK before giving up")                          \
  X(TIME, user_timeout, SIM_MS(1), SIM_NEVER, "give up when data stays unacknowledged this long")                      \
  X(CHOICE, user_timeout_from, 0, 1, "the user timeout counts from the sending, or from the first retransmission")     \
  X(TIME, fin_wait_2_timeout, 0, SIM_NEVER, "how long FIN-WAIT-2 may last")                                            \
  X(CHOICE, fin_wait_2_when, 0, 2, "it counts once the application has closed both ways, always, or if nobody reads")  \
  X(TIME, fin_wait_2_split, 0, SIM_NEVER, "what exceeds this counts twice, the rest not at all (Linux: 60 s)")         \
  X(TIME, fin_wait_2_recheck, 0, SIM_H(1), "at expiry, wait this long again if the peer still talks; 0: do not look")  \
  X(TIME, last_ack_timeout, SIM_MS(1), SIM_NEVER, "how long LAST-ACK may last")                                        \
  X(TIME, fin_ack_delay, 0, SIM_MS(500), "how long the ACK of a FIN may wait for company")                             \
  X(TIME, delayed_ack, 0, SIM_MS(500), "how long the ACK of data may wait; 0: at once")                                \
  X(CHOICE, ack_policy, 0, 1, "every second full segment at once, or Linux's quick and interactive modes")             \
  X(TIME, persist_max, SIM_MS(1), SIM_H(24), "greatest interval between window probes")                                \
  X(CHOICE, window_probe, 0, 1, "a window probe is the next octet, or an empty segment below SND.UNA")                 \
  X(SWITCH, tail_loss_probe, 0, 1, "probe the tail before the retransmission timeout (RFC 8985)")                      \
  X(COUNT, initial_cwnd, 1, TCP_UNLIMITED, "initial congestion window, in segments; unlimited: no congestion control") \
  X(COUNT, initial_cwnd_octets, 1, TCP_UNLIMITED, "the same in octets: no more than this, or than two segments")       \
  X(CHOICE, cwnd_unit, 0, 1, "the congestion window counts octets or, however small they are, segments")               \
  X(COUNT, slow_start_step, 1, TCP_UNLIMITED, "segments by which one ACK opens the congestion window at the most")     \
  X(COUNT, cwnd_kept, 1, 100, "percent of the congestion window that a loss leaves")                                   \
  X(CHOICE, resend_after_timeout, 0, 1, "a timeout takes only the front for lost, or all that is not acknowledged")    \
  X(CHOICE, cwnd_after_idle, 0, 2, "the congestion window after a pause: as before, initial, or halved for each RTO")  \
  X(SWITCH, keepalive, 0, 1, "send keepalives also when no application asked")                                         \
  X(TIME, keepalive_idle, SIM_MS(1), SIM_H(24), "idle time before the first keepalive")                                \
  X(TIME, keepalive_interval, SIM_MS(1), SIM_H(24), "time between unanswered keepalives")                              \
  X(COUNT, keepalive_count, 1, 1000, "unanswered keepalives before giving up")                                         \
  X(SWITCH, keepalive_rst, 0, 1, "giving up for lack of answers to keepalives sends a RST")                            \
  X(CHOICE, nagle, 0, 2, "a small segment waits for the ACK of nothing, anything (RFC 9293 3.7.4), or a small one")    \
  X(CHOICE, push, 0, 2,                                                                                                \
    "PSH ends what each SEND wrote, or all that is queued, or, as in Linux, that and each half of the peer's window")  \
  X(SWITCH, fin_waits_for_ack, 0, 1, "hold the FIN until all data is acknowledged (RFC 2525 2.15)")                    \
  X(COUNT, mss, 48, 65495, "largest segment it accepts, in octets")                                                    \
  X(COUNT, rcv_wnd, 0, 1073725440, "receive window it offers, in octets")                                              \
  X(COUNT, rcv_buf, 0, TCP_UNLIMITED,                                                                                  \
    "octets it can hold for the application; more is dropped even if the window allowed it")                           \
  X(SWITCH, oversize_taken, 0, 1,                                                                                      \
    "data that begins in the window and ends beyond is taken whole if nothing waits to be read")                       \
  X(COUNT, window_scale, 0, 14, "shift it offers for its window (RFC 7323); 0: no option")                             \
  X(SWITCH, window_scale_always, 0, 1, "offer the option also with a shift of 0")                                      \
  X(SWITCH, sack, 0, 1, "offer selective acknowledgments (RFC 2018, RFC 2883)")                                        \
  X(SWITCH, timestamps, 0, 1, "offer timestamps (RFC 7323)")                                                           \
  X(CHOICE, last_ack_entry, 0, 1, "CLOSE-WAIT ends when the FIN leaves, or at the call")                               \
  X(CHOICE, syn_received_close, 0, 1, "close() in SYN-RECEIVED sends a FIN, or drops the connection")                  \
  X(CHOICE, crossing_fin_reply, 0, 1, "the peer's FIN in FIN-WAIT-1 is answered by an ACK, or by our FIN again")       \
  X(CHOICE, time_wait_restart, 0, 4, "what restarts 2 MSL: a repeated FIN, any ACK or FIN, what is outside, nothing")  \
  X(CHOICE, rst_in_time_wait, 0, 1, "what a RST does to TIME-WAIT")                                                    \
  X(CHOICE, syn_in_time_wait, 0, 3, "which SYN may end TIME-WAIT early")                                               \
  X(CHOICE, old_syn_in_time_wait, 0, 2,                                                                                \
    "what another SYN in TIME-WAIT gets: an ACK, nothing, or a RST if in the window")                                  \
  X(CHOICE, time_wait_reuse, 0, 1, "connect() may take over a TIME-WAIT that has timestamps")                          \
  X(TIME, time_wait_reuse_delay, 0, SIM_H(1), "and that is at least this old")                                         \
  X(SWITCH, rst_on_unread, 0, 1, "CLOSE with unread data sends RST instead of FIN")                                    \
  X(SWITCH, rst_on_late_data, 0, 1, "data after CLOSE is answered by RST")                                             \
  X(SWITCH, rst_on_early_fin, 0, 1, "after CLOSE so is a FIN that comes before the data ahead of it")                  \
  X(CHOICE, shut_read_data, 0, 2, "data after SHUT_RD is kept, acknowledged and thrown away, or answered by RST")      \
  X(SWITCH, rst_has_ack, 0, 1, "the RST of an ABORT carries the ACK bit")                                              \
  X(CHOICE, abort_after_fin, 0, 2, "ABORT in CLOSING and LAST-ACK: silent, a RST if our FIN is unsent, or a RST")      \
  X(CHOICE, rst_accepted, 0, 2, "which RST resets: at RCV.NXT, anywhere in the window, or at the last ACK sent")       \
  X(CHOICE, embryo_rst, 0, 2,                                                                                          \
    "in SYN-RECEIVED from LISTEN a RST resets as rst_accepted says, or anywhere in the window, or only without ACK")   \
  X(CHOICE, embryo_syn, 0, 2,                                                                                          \
    "and a SYN in the window leads back to LISTEN, or does so with a RST, or gets the SYN,ACK again")                  \
  X(SWITCH, rst_at_fin, 0, 1, "after the peer's FIN a RST with the FIN's own number resets too")                       \
  X(CHOICE, syn_accepted, 0, 1, "a SYN on a connection gets a challenge ACK, or resets it if in the window")           \
  X(COUNT, challenge_limit, 1, TCP_UNLIMITED, "ACKs to empty unacceptable segments in each challenge_period")          \
  X(TIME, challenge_period, SIM_MS(1), SIM_H(1), "see challenge_limit")                                                \
  X(CHOICE, old_ack, 0, 2,                                                                                             \
    "an ACK far below SND.UNA is ignored, or answered: below by more than the window, or than what was ever "          \
    "acknowledged")                                                                                                    \
  X(SWITCH, duplicate_fin_ack_counts, 0, 1, "use the ACK field of a repeated FIN")                                     \
  X(SWITCH, syn_ack_trimmed, 0, 1, "in SYN-RECEIVED accept a SYN,ACK at IRS")                                          \
  X(SWITCH, fin_in_shut_window, 0, 1, "a FIN without data is taken even if the window is shut")                        \
  X(SWITCH, no_ack_dropped, 0, 1, "a segment without ACK is dropped before its numbers are looked at")                 \
  X(SWITCH, syn_fin_dropped, 0, 1, "in LISTEN a SYN that is a FIN too is dropped")                                     \
  X(SWITCH, paws_answers_empty, 0, 1, "an empty segment with an old timestamp gets an ACK (RFC 7323 5.3 R1)")          \
  X(COUNT, paws_slack, 0, 1000, "ticks by which a timestamp may be older than the last (RFC 7323 5)")                  \
  X(COUNT, max_orphans, 0, TCP_UNLIMITED, "closed connections that it keeps; one more is reset at once")               \
  X(COUNT, max_time_waits, 0, TCP_UNLIMITED, "TIME-WAITs that it keeps; without room for one CLOSED comes at once")    \
  X(COUNT, max_pcbs, 0, TCP_UNLIMITED, "connections that it has TCBs for; a new one may take that of a closed one")    \
  X(COUNT, port_low, 1, 65535, "first ephemeral port")                                                                 \
  X(COUNT, port_high, 1, 65535, "last ephemeral port")                                                                 \
  X(CHOICE, bind_time_wait, 0, 3, "what bind() makes of a port that only TIME-WAIT uses")                              \
  X(CHOICE, connect_busy_errno, 0, 1, "errno of connect() when the tuple is in use")                                   \
  X(SWITCH, edge_inclusive, 0, 1, "an empty segment at the right edge of the window is still inside")                  \
  X(SWITCH, rst_edge_exclusive, 0, 1,                                                                                  \
    "a RST at the right edge of the window is outside, whatever edge_inclusive says")                                  \
  X(SWITCH, old_segment_ack_counts, 0, 1, "use the ACK field of whatever lies left of the window")                     \
  X(SWITCH, last_ack_inclusive, 0, 1, "an empty segment between the last ACK sent and RCV.NXT is inside")              \
  X(SWITCH, syn_ack_repeated, 0, 1, "in SYN-RECEIVED a repeated SYN gets the SYN,ACK again, not an ACK")               \
  X(SWITCH, time_wait_answers_odd, 0, 1,                                                                               \
    "in TIME-WAIT any ACK but the expected one is answered, a segment without ACK never")                              \
  X(SWITCH, time_wait_exact, 0, 1, "in TIME-WAIT all but an empty segment at RCV.NXT is answered")                     \
  X(SWITCH, time_wait_only_answers_text, 0, 1, "in TIME-WAIT an empty segment is never answered, wherever it lies")    \
  X(SWITCH, last_ack_answers, 0, 1, "in LAST-ACK an ACK of nothing new gets an ACK")                                   \
  X(SWITCH, keepalive_in_fin_wait_2, 0, 1, "keepalives go on in FIN-WAIT-2")                                           \
  X(SWITCH, orphan_rst_in_window, 0, 1, "in FIN-WAIT-2 without an application any RST in the window ends it")          \
  X(SWITCH, rst_enters_time_wait, 0, 1, "ABORT leads to TIME-WAIT (RFC 9293 3.5.2), not to CLOSED")                    \
  X(SWITCH, bug_no_time_wait, 0, 1, "BUG: TIME-WAIT is skipped")                                                       \
  X(SWITCH, bug_fin_not_retransmitted, 0, 1, "BUG: a FIN is sent once and never again")                                \
  X(SWITCH, bug_closing_skipped, 0, 1, "BUG: a FIN in FIN-WAIT-1 leads straight to TIME-WAIT")                         \
  X(SWITCH, bug_early_fin, 0, 1, "BUG: a FIN beyond a hole is acted on")                                               \
  X(SWITCH, bug_rst_on_crossing_fin, 0, 1, "BUG: a FIN in FIN-WAIT-1 is answered by RST")                              \
  X(SWITCH, bug_last_ack_any_ack, 0, 1, "BUG: any ACK ends LAST-ACK")                                                  \
  X(SWITCH, bug_time_wait_from_last_ack, 0, 1, "BUG: LAST-ACK leads to TIME-WAIT")                                     \
  X(SWITCH, bug_fin_not_counted, 0, 1, "BUG: RCV.NXT does not advance over a FIN")                                     \
  X(SWITCH, bug_fin_counted_twice, 0, 1, "BUG: RCV.NXT advances by two over a FIN")                                    \
  X(SWITCH, bug_second_fin, 0, 1, "BUG: a second CLOSE sends a second FIN")                                            \
  X(SWITCH, bug_fin_renumbered, 0, 1, "BUG: a FIN sent again has the next number")                                     \
  X(SWITCH, bug_timer_left_running, 0, 1, "BUG: the retransmission timer runs on when all is acknowledged")            \
  X(SWITCH, bug_rst_answered, 0, 1, "BUG: a RST for no connection is answered by RST")                                 \
  X(SWITCH, bug_ack_answered, 0, 1, "BUG: every ACK is answered by an ACK")                                            \
  X(SWITCH, bug_plain_compare, 0, 1, "BUG: ACK numbers are compared as plain integers")                                \
  X(SWITCH, bug_early_eof, 0, 1, "BUG: the end of the stream is told before the data ahead of it is read")             \
  X(SWITCH, bug_port_freed_early, 0, 1, "BUG: a tuple in TIME-WAIT is free for a new connect()")                       \
  X(SWITCH, bug_ports_only, 0, 1, "BUG: a RST or FIN is taken whatever its number")

#define TCP_PARAM_C_TIME                                 SimTime
#define TCP_PARAM_C_COUNT                                uint32_t
#define TCP_PARAM_C_SWITCH                               uint8_t
#define TCP_PARAM_C_CHOICE                               uint8_t
#define TCP_PARAM_MEMBER(type, name, low, high, meaning) TCP_PARAM_C_##type name;
typedef struct TcpParams {
  TCP_PARAMS(TCP_PARAM_MEMBER)
} TcpParams;
#undef TCP_PARAM_MEMBER

typedef enum { TCP_PARAM_TIME, TCP_PARAM_COUNT, TCP_PARAM_SWITCH, TCP_PARAM_CHOICE } TcpParamType;

typedef struct TcpParamInfo {
  const char *name;
  TcpParamType type;
  uint32_t offset; /* in TcpParams */
  int64_t low, high;
  const char *const *words; /* of a CHOICE, NULL-terminated; else NULL */
  const char *meaning;
} TcpParamInfo;

/* One value of a profile, and where it comes from: document, source file or measurement. */
typedef struct TcpSetting {
  uint32_t offset; /* of the parameter in TcpParams */
  int64_t value;   /* as in tcp_params_set() */
  const char *source;
  gboolean verified; /* FALSE: nobody checked it against the stack itself */
} TcpSetting;

typedef struct TcpProfile {
  const char *name;
  const char *summary;           /* one line */
  const struct TcpProfile *base; /* whose values it takes over, NULL: it has all of its own */
  const TcpSetting *settings;
  unsigned n_settings;
  gboolean broken; /* a stack with a bug, to find faults in */
} TcpProfile;

/* The values of a profile. */
void tcp_profile_params(const TcpProfile *profile, TcpParams *ret_params);
/* The setting that decides a parameter: the profile's own, or its base's. Never NULL. */
const TcpSetting *tcp_profile_setting(const TcpProfile *profile, const TcpParamInfo *info);

/* All parameters, in the order of the list; `ret_count` is their number. */
const TcpParamInfo *tcp_param_list(unsigned *ret_count);
/* NULL if there is none of that name. */
const TcpParamInfo *tcp_param_find(const char *name);
/* Sets from the integer form (nanoseconds, count, 0/1, index of the word). The caller has checked the range (asserted).
 * Setting `msl` also sets time_wait to twice as long: set time_wait after it. */
void tcp_params_set(TcpParams *params, const TcpParamInfo *info, int64_t value);
int64_t tcp_params_get(const TcpParams *params, const TcpParamInfo *info);
/* The value as a scenario would write it: "60s", "8", "unlimited", "true", "kill". 32 octets suffice. */
char *tcp_params_print(const TcpParams *params, const TcpParamInfo *info, char *buffer, size_t size);

/* All profiles; `ret_count` is their number. NULL from find if there is none of that name. */
const TcpProfile *tcp_profile_list(unsigned *ret_count);
const TcpProfile *tcp_profile_find(const char *name);

#endif
