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

/* Values of parameters that are a choice: list name, then words. The words are what a scenario writes. */
#define TCP_CHOICE_RST_IN_TIME_WAIT(X)  X(KILL, "kill") X(IGNORE, "ignore")
#define TCP_CHOICE_TIME_WAIT_RESTART(X) X(FIN, "fin") X(ANY, "any") X(NEVER, "never")
#define TCP_CHOICE_RTO_MIN_APPLIES(X)   X(SUM, "sum") X(VARIANCE, "variance")
#define TCP_CHOICE_LAST_ACK_ENTRY(X)    X(FIN, "fin") X(CALL, "call")
#define TCP_CHOICE_WINDOW_PROBE(X)      X(OCTET, "octet") X(OLD, "old")

#define TCP_RST_IN_TIME_WAIT_(id, word) TCP_RST_IN_TIME_WAIT_##id,
enum { TCP_CHOICE_RST_IN_TIME_WAIT(TCP_RST_IN_TIME_WAIT_) };
#define TCP_TIME_WAIT_RESTART_(id, word) TCP_TIME_WAIT_RESTART_##id,
enum { TCP_CHOICE_TIME_WAIT_RESTART(TCP_TIME_WAIT_RESTART_) };
#define TCP_RTO_MIN_APPLIES_(id, word) TCP_RTO_MIN_APPLIES_##id,
enum { TCP_CHOICE_RTO_MIN_APPLIES(TCP_RTO_MIN_APPLIES_) };
#define TCP_LAST_ACK_ENTRY_(id, word) TCP_LAST_ACK_ENTRY_##id,
enum { TCP_CHOICE_LAST_ACK_ENTRY(TCP_LAST_ACK_ENTRY_) };
#define TCP_WINDOW_PROBE_(id, word) TCP_WINDOW_PROBE_##id,
enum { TCP_CHOICE_WINDOW_PROBE(TCP_WINDOW_PROBE_) };

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
  X(TIME, rto_max, SIM_MS(1), SIM_H(24), "greatest retransmission timeout")                                            \
  X(COUNT, retries, 0, TCP_UNLIMITED, "retransmissions of data or FIN before giving up (R2)")                          \
  X(TIME, retries_time, SIM_MS(1), SIM_NEVER, "give up at the first expiry after this long, instead of counting")      \
  X(COUNT, syn_retries, 0, TCP_UNLIMITED, "retransmissions of a SYN before giving up")                                 \
  X(COUNT, synack_retries, 0, TCP_UNLIMITED, "retransmissions of a SYN,ACK before giving up")                          \
  X(TIME, user_timeout, SIM_MS(1), SIM_NEVER, "give up when data stays unacknowledged this long")                      \
  X(TIME, fin_wait_2_timeout, 0, SIM_NEVER, "how long FIN-WAIT-2 may last once the application has closed")            \
  X(TIME, fin_ack_delay, 0, SIM_MS(500), "how long the ACK of a FIN may wait for company")                             \
  X(TIME, delayed_ack, 0, SIM_MS(500), "how long the ACK of data may wait; 0: at once")                                \
  X(TIME, persist_max, SIM_MS(1), SIM_H(24), "greatest interval between window probes")                                \
  X(CHOICE, window_probe, 0, 1, "a window probe is the next octet, or an empty segment below SND.UNA")                 \
  X(SWITCH, tail_loss_probe, 0, 1, "probe the tail before the retransmission timeout (RFC 8985)")                      \
  X(COUNT, mss, 48, 65495, "largest segment it accepts, in octets")                                                    \
  X(COUNT, rcv_wnd, 0, 1073725440, "receive buffer, in octets")                                                        \
  X(CHOICE, last_ack_entry, 0, 1, "CLOSE-WAIT ends when the FIN leaves, or at the call")                               \
  X(CHOICE, time_wait_restart, 0, 2, "which segments restart 2 MSL")                                                   \
  X(CHOICE, rst_in_time_wait, 0, 1, "what a RST does to TIME-WAIT")                                                    \
  X(SWITCH, rst_on_unread, 0, 1, "CLOSE with unread data, and data after CLOSE, are answered by RST")                  \
  X(SWITCH, rst_has_ack, 0, 1, "the RST of an ABORT carries the ACK bit")                                              \
  X(SWITCH, duplicate_fin_ack_counts, 0, 1, "use the ACK field of a repeated FIN")                                     \
  X(SWITCH, syn_ack_trimmed, 0, 1, "in SYN-RECEIVED accept a SYN,ACK at IRS")

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

typedef struct TcpProfile {
  const char *name;
  const char *summary; /* one line */
  TcpParams params;
} TcpProfile;

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
