/* The records of a trace: the contract between those who produce what happened (simulator, script player) and those who
 * show, check or export it. Each kind and each field stands once, in the lists below; the structs, the JSONL writer and
 * reader, and the test of docs/trace-format.md come from them.
 *
 * Records are values: names are numbers of a Names table (see names.h), so a record is copied by assignment.
 * Times are exact nanoseconds. Sequence numbers are relative to each side's ISN (SYN is 0), raw ones beside them. */
#ifndef TEARDOWN_TRACE_TRACE_RECORD_H
#define TEARDOWN_TRACE_TRACE_RECORD_H

#include "engine/simtime.h"
#include "tcp/tcp_names.h"
#include "trace/names.h"
#include "trace/notation.h"

#include <stdint.h>

#define TRACE_FORMAT_VERSION 1

/* What a `change` or `outcome` field may say. */
#define TRACE_WORDS(X)                                                                                                 \
  X(CRASH, "crash")                                                                                                    \
  X(REBOOT, "reboot")                                                                                                  \
  X(DOWN, "down")                                                                                                      \
  X(UP, "up")                                                                                                          \
  X(STAY, "stay")                                                                                                      \
  X(IGNORE, "ignore")                                                                                                  \
  X(ARMED, "armed")                                                                                                    \
  X(STOPPED, "stopped")                                                                                                \
  X(EXPIRED, "expired")                                                                                                \
  X(BOUND, "bound")                                                                                                    \
  X(RESERVED, "reserved")                                                                                              \
  X(REFUSED, "refused")                                                                                                \
  X(RELEASED, "released")                                                                                              \
  X(IDLE, "idle")                                                                                                      \
  X(RENEWING, "renewing")                                                                                              \
  X(DURATION, "duration")                                                                                              \
  X(BUDGET, "budget")
#define TRACE_ENUM_WORD(id, text) TRACE_WORD_##id,
typedef enum { TRACE_WORDS(TRACE_ENUM_WORD) TRACE_WORD_COUNT } TraceWord;
#undef TRACE_ENUM_WORD
const char *trace_word_text(TraceWord word);

/* Types of fields: how a field is held and how it prints in JSON.
 *   NAME      Name, a string; absent when 0
 *   ENDPOINT  Name, a string "192.0.2.1:80"; absent when 0 (a NAME in all but meaning)
 *   STATE STIMULUS GUARD TIMER CHECK WORD   enums, their names as strings; always there
 *   SEGMENT   uint64_t, number of a segment, counted from 1 in order of sending; absent when 0
 *   TIME      SimTime, integer nanoseconds; absent when SIM_NEVER
 *   NUMBER    uint64_t, always there
 *   OCTETS    int64_t, absent when negative
 *   PORT      uint16_t, absent when 0
 *   SEQ       uint32_t, always there
 *   FLAGS     TcpFlags, letters; always there
 *   OPTIONS   TcpOptions, text; absent when none */

/* The segment fields that `sent` and `injected` share. `win` is the field on the wire (unscaled). */
#define TRACE_SEGMENT_FIELDS(F)                                                                                        \
  F(NAME, host)                                                                                                        \
  F(NAME, peer)                                                                                                        \
  F(NAME, conn)                                                                                                        \
  F(SEGMENT, id)                                                                                                       \
  F(FLAGS, flags)                                                                                                      \
  F(SEQ, seq)                                                                                                          \
  F(SEQ, ack)                                                                                                          \
  F(SEQ, len)                                                                                                          \
  F(SEQ, win)                                                                                                          \
  F(OPTIONS, opts)                                                                                                     \
  F(SEQ, raw_seq)                                                                                                      \
  F(SEQ, raw_ack)                                                                                                      \
  F(PORT, sport)                                                                                                       \
  F(PORT, dport)

/* A connection comes into being. `client` and `server` are its two ends, whoever closes first. */
#define TRACE_FIELDS_CONN(F)                                                                                           \
  F(NAME, conn)                                                                                                        \
  F(NAME, client_host)                                                                                                 \
  F(ENDPOINT, client)                                                                                                  \
  F(NAME, server_host)                                                                                                 \
  F(ENDPOINT, server)                                                                                                  \
  F(STATE, state)
/* A host crashes or reboots; a link (one direction, "a>b") goes down or comes up. */
#define TRACE_FIELDS_HOST(F) F(NAME, host) F(WORD, change)
#define TRACE_FIELDS_LINK(F) F(NAME, link) F(WORD, change)
/* An application calls, or is told something (call "recv", result "eof" or "ok" with octets; call "notice"). */
#define TRACE_FIELDS_APP(F)                                                                                            \
  F(NAME, host)                                                                                                        \
  F(NAME, conn)                                                                                                        \
  F(NAME, app)                                                                                                         \
  F(NAME, call)                                                                                                        \
  F(NAME, how)                                                                                                         \
  F(NAME, result)                                                                                                      \
  F(OCTETS, octets)                                                                                                    \
  F(PORT, port)
/* A transition, and a row of the table that changed no state. `cause` is the segment that made it. */
#define TRACE_FIELDS_STATE(F)                                                                                          \
  F(NAME, host)                                                                                                        \
  F(NAME, conn)                                                                                                        \
  F(STATE, from)                                                                                                       \
  F(STATE, to)                                                                                                         \
  F(STIMULUS, stimulus)                                                                                                \
  F(GUARD, guard)                                                                                                      \
  F(NAME, rfc)                                                                                                         \
  F(SEGMENT, cause)
#define TRACE_FIELDS_RULE(F)                                                                                           \
  F(NAME, host)                                                                                                        \
  F(NAME, conn)                                                                                                        \
  F(STATE, state)                                                                                                      \
  F(WORD, outcome)                                                                                                     \
  F(STIMULUS, stimulus)                                                                                                \
  F(GUARD, guard)                                                                                                      \
  F(NAME, rfc)                                                                                                         \
  F(SEGMENT, cause)
/* A segment leaves `host` for `peer`. `attempt` counts transmissions of the same octets, the first is 1. `why` is
 * absent for a first transmission and plain ACKs, else: "retransmission", "probe" (tail loss), "window-probe",
 * "window-update", "keepalive", "challenge", "duplicate-ack". `cause` is the segment it answers at once, if any. */
#define TRACE_FIELDS_SENT(F) TRACE_SEGMENT_FIELDS(F) F(NUMBER, attempt) F(NAME, why) F(SEGMENT, cause)
/* It arrives at `host`; nothing has been checked yet. */
#define TRACE_FIELDS_RECEIVED(F) F(NAME, host) F(NAME, peer) F(NAME, conn) F(SEGMENT, id)
/* The network does something to a segment from `host` to `peer`: `by` says what decided ("fault 1", "loss", "down",
 * "queue", "checksum", "no-host"), `at` where ("link client>server", "host server"). */
#define TRACE_FIELDS_DROPPED(F)    F(NAME, host) F(NAME, peer) F(NAME, conn) F(SEGMENT, id) F(NAME, at) F(NAME, by)
#define TRACE_FIELDS_DUPLICATED(F) F(NAME, host) F(NAME, peer) F(NAME, conn) F(SEGMENT, id) F(SEGMENT, copy) F(NAME, by)
#define TRACE_FIELDS_DELAYED(F)    F(NAME, host) F(NAME, peer) F(NAME, conn) F(SEGMENT, id) F(TIME, delay) F(NAME, by)
#define TRACE_FIELDS_CORRUPTED(F)  F(NAME, host) F(NAME, peer) F(NAME, conn) F(SEGMENT, id) F(NAME, by)
/* A forged segment, or an old duplicate, enters the network; `host` is whom it claims to come from. */
#define TRACE_FIELDS_INJECTED(F) TRACE_SEGMENT_FIELDS(F) F(NAME, by)
/* The receiver refuses a segment: which check of RFC 9293 3.10.7. */
#define TRACE_FIELDS_DISCARDED(F) F(NAME, host) F(NAME, conn) F(SEGMENT, id) F(CHECK, check) F(NAME, rfc)
/* A timer is armed (or re-armed) until an instant, is stopped, or expires. */
#define TRACE_FIELDS_TIMER(F) F(NAME, host) F(NAME, conn) F(TIMER, timer) F(WORD, change) F(TIME, until)
/* A local port: bound by an application, reserved by a connection (for TIME-WAIT, until an instant), refused to an
 * application (with the errno's name), released. */
#define TRACE_FIELDS_PORT(F)                                                                                           \
  F(NAME, host)                                                                                                        \
  F(PORT, port)                                                                                                        \
  F(WORD, change)                                                                                                      \
  F(NAME, conn)                                                                                                        \
  F(NAME, app)                                                                                                         \
  F(TIME, until)                                                                                                       \
  F(NAME, error)
/* The last record: why the run ended (idle, renewing, duration, budget), and how many events it took. */
#define TRACE_FIELDS_END(F) F(WORD, reason) F(NUMBER, events)

/* Kinds: identifier, name in JSON, member of the union. (The header, kind "trace", is a TraceHeader: trace.h.) */
#define TRACE_KINDS(X)                                                                                                 \
  X(CONN, "conn", connection)                                                                                          \
  X(HOST, "host", host)                                                                                                \
  X(LINK, "link", link)                                                                                                \
  X(APP, "app", app)                                                                                                   \
  X(STATE, "state", state)                                                                                             \
  X(RULE, "rule", rule)                                                                                                \
  X(SENT, "sent", sent)                                                                                                \
  X(RECEIVED, "received", received)                                                                                    \
  X(DROPPED, "dropped", dropped)                                                                                       \
  X(DUPLICATED, "duplicated", duplicated)                                                                              \
  X(DELAYED, "delayed", delayed)                                                                                       \
  X(CORRUPTED, "corrupted", corrupted)                                                                                 \
  X(INJECTED, "injected", injected)                                                                                    \
  X(DISCARDED, "discarded", discarded)                                                                                 \
  X(TIMER, "timer", timer)                                                                                             \
  X(PORT, "port", port)                                                                                                \
  X(END, "end", end)

#define TRACE_C_NAME     Name
#define TRACE_C_ENDPOINT Name
#define TRACE_C_STATE    TcpState
#define TRACE_C_STIMULUS TcpStimulus
#define TRACE_C_GUARD    TcpGuard
#define TRACE_C_TIMER    TcpTimer
#define TRACE_C_CHECK    TcpCheck
#define TRACE_C_WORD     TraceWord
#define TRACE_C_SEGMENT  uint64_t
#define TRACE_C_TIME     SimTime
#define TRACE_C_NUMBER   uint64_t
#define TRACE_C_OCTETS   int64_t
#define TRACE_C_PORT     uint16_t
#define TRACE_C_SEQ      uint32_t
#define TRACE_C_FLAGS    TcpFlags
#define TRACE_C_OPTIONS  TcpOptions

#define TRACE_MEMBER(type, name) TRACE_C_##type name;
#define TRACE_STRUCT(id, text, member)                                                                                 \
  struct {                                                                                                             \
    TRACE_FIELDS_##id(TRACE_MEMBER)                                                                                    \
  } member;
#define TRACE_ENUM_KIND(id, text, member) TRACE_##id,
typedef enum { TRACE_KINDS(TRACE_ENUM_KIND) TRACE_KIND_COUNT } TraceKind;

typedef struct TraceRecord {
  SimTime t;
  TraceKind kind;
  union {
    TRACE_KINDS(TRACE_STRUCT)
  };
} TraceRecord;
#undef TRACE_ENUM_KIND
#undef TRACE_STRUCT
#undef TRACE_MEMBER

const char *trace_kind_name(TraceKind kind);

/* How the lists look at run time: for the writer, the reader and the tests. */
typedef enum {
  TRACE_TYPE_NAME,
  TRACE_TYPE_ENDPOINT,
  TRACE_TYPE_STATE,
  TRACE_TYPE_STIMULUS,
  TRACE_TYPE_GUARD,
  TRACE_TYPE_TIMER,
  TRACE_TYPE_CHECK,
  TRACE_TYPE_WORD,
  TRACE_TYPE_SEGMENT,
  TRACE_TYPE_TIME,
  TRACE_TYPE_NUMBER,
  TRACE_TYPE_OCTETS,
  TRACE_TYPE_PORT,
  TRACE_TYPE_SEQ,
  TRACE_TYPE_FLAGS,
  TRACE_TYPE_OPTIONS,
} TraceType;

typedef struct TraceField {
  const char *name;
  TraceType type;
  uint32_t offset; /* from the start of the TraceRecord */
} TraceField;

/* The fields of a kind, in the order in which they print; `ret_count` is their number. */
const TraceField *trace_kind_fields(TraceKind kind, unsigned *ret_count);

/* The words that the WORD field of a kind may hold, as a set of bits (1u << TraceWord); 0 for a kind without one. */
uint32_t trace_kind_words(TraceKind kind);

/* The names of an enum type (STATE ... WORD), by its values from 0; `ret_count` is their number, 0 for other types. */
const char *const *trace_type_names(TraceType type, unsigned *ret_count);
/* A type as docs/trace-format.md calls it: "state", "segment", "time". */
const char *trace_type_name(TraceType type);

#endif
