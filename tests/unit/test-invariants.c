#include "check/invariants.h"

#include "run/run.h"
#include "scenario/scenario_json.h"
#include "trace/trace_reader.h"
#include "trace/trace_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- good traces -------------------------------------------------------------------------------------------------- */

#define SCENARIO(state, client, server, faults)                                                                        \
  "{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {}, \"server\": {}},"                                    \
  "\"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],"                                         \
  "\"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\"" state                      \
  ", \"isn\": {\"client\": 1000, \"server\": 2000}}],"                                                                 \
  "\"apps\": [{\"host\": \"client\", \"conn\": \"web\", \"do\": [" client                                              \
  "]}, {\"host\": \"server\", \"conn\": \"web\", \"do\": [" server "]}], \"faults\": [" faults "]}"
#define OPEN     ", \"state\": \"ESTABLISHED\""
#define CLOSE    "{\"at\": \"200ms\", \"call\": \"close\"}"
#define ON_EOF   "{\"on\": \"eof\", \"after\": \"200ms\", \"call\": \"close\"}"
#define SEND     "{\"at\": \"0s\", \"call\": \"send\", \"octets\": 100}"
#define DROP_FIN "{\"match\": {\"from\": \"client\", \"flags\": \"FIN\", \"nth\": \"1..3\"}, \"action\": \"drop\"}"

#define LINGER "{\"at\": \"0s\", \"call\": \"setsockopt\", \"option\": \"SO_LINGER\", \"value\": \"1s\"}, " CLOSE
#define USER_TIMEOUT                                                                                                   \
  "{\"at\": \"0s\", \"call\": \"setsockopt\", \"option\": \"TCP_USER_TIMEOUT\", \"value\": \"5s\"}, " CLOSE
#define FORGED(what) "{\"action\": \"inject\", \"at\": \"60ms\", \"segment\": {\"from\": \"client\", " what "}}"
#define FORGED_FIN   FORGED("\"seq\": 31, \"flags\": \"F.\", \"ack\": 1")
#define FORGED_TEXT  FORGED("\"seq\": 1, \"flags\": \".\", \"ack\": 1, \"len\": 10")

/* With hosts and the rest as one likes. */
#define WORLD(client, server, connection, client_does, server_does, more)                                              \
  "{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {" client "}, \"server\": {" server "}},"                \
  "\"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],"                                         \
  "\"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\"" connection                 \
  "}], \"apps\": [{\"host\": \"client\", \"conn\": \"web\", " client_does                                              \
  "}, {\"host\": \"server\", \"conn\": \"web\", " server_does "}]" more "}"
#define LINUX       "\"profile\": \"linux\""
#define TCP(what)   "\"tcp\": {" what "}"
#define DO(items)   "\"do\": [" items "]"
#define AT(t, what) "{\"at\": \"" t "\", \"call\": \"" what "\"}"
#define ON(e, what) "{\"on\": \"" e "\", \"call\": \"" what "\"}"
#define WRITE(t, n) "{\"at\": \"" t "\", \"call\": \"send\", \"octets\": " n "}"
#define LINGER2_IS(value)                                                                                              \
  "{\"at\": \"0s\", \"call\": \"setsockopt\", \"option\": \"TCP_LINGER2\", \"value\": \"" value "\"}, "

typedef enum {
  NORMAL,
  SIMULTANEOUS,
  FIN_LOST,
  ABORTED,
  HANDSHAKE,
  TOO_SHORT,
  TWO_WAYS,
  HOLE,
  TWO_ACKS,
  LINGERING,
  COPY_OF_DAMAGED,
  OVERLAPPED_FIN,
  TEXT_AFTER_FIN,
  FORGED_FIRST,
  CUT_SHORT,
  READING_SHUT,
  REOPENED,
  RESET_BY_FORGERY,
  HALF_OPEN,
  UNREAD_IN_LAST_ACK,
  LINGER2,
  NO_FIN_WAIT_2,
  HALF_CLOSE,
  WINDOWS_FULL,
  ORPHAN_TOO_MANY,
  TIME_WAITS_FULL,
  TCB_TAKEN,
  BASES
} Base;

static const char *const SCENARIOS[BASES] = {
    [NORMAL] = SCENARIO(OPEN, CLOSE, SEND ", " ON_EOF, ""),
    [SIMULTANEOUS] = SCENARIO(OPEN, CLOSE, CLOSE, ""),
    [FIN_LOST] = SCENARIO(OPEN, CLOSE, SEND ", " ON_EOF, DROP_FIN),
    [ABORTED] = SCENARIO(OPEN, "{\"at\": \"200ms\", \"call\": \"abort\"}", SEND, ""),
    [HANDSHAKE] = SCENARIO("", CLOSE, ON_EOF, ""),
    [HOLE] =
        SCENARIO(OPEN, "{\"at\": \"0s\", \"call\": \"send\", \"octets\": 1460}, {\"at\": \"1ms\", \"call\": \"close\"}",
                 ON_EOF, "{\"match\": {\"from\": \"client\", \"len\": \"1..\", \"nth\": 1}, \"action\": \"drop\"}"),
    [TWO_ACKS] =
        SCENARIO(OPEN, "{\"at\": \"0s\", \"call\": \"shutdown\"}",
                 "{\"on\": \"eof\", \"call\": \"send\", \"octets\": 5000}, {\"on\": \"eof\", \"call\": \"close\"}", ""),
    [TWO_WAYS] = SCENARIO(OPEN, SEND ", " CLOSE, SEND ", " ON_EOF, ""),
    [LINGERING] = SCENARIO(OPEN, LINGER, ON_EOF, ""),
    [COPY_OF_DAMAGED] =
        "{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {}, \"server\": {}},"
        "\"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\", \"corrupt\": 1, \"duplicate\": 1}],"
        "\"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\"" OPEN
        ", \"isn\": {\"client\": 1000, \"server\": 2000}}], \"apps\": [{\"host\": \"client\", \"conn\": \"web\", "
        "\"do\": "
        "[" CLOSE "]}]}",
    [OVERLAPPED_FIN] =
        SCENARIO(OPEN, "{\"at\": \"100ms\", \"call\": \"send\", \"octets\": 100}, " CLOSE, ON_EOF, FORGED_FIN),
    [TEXT_AFTER_FIN] = SCENARIO(OPEN, "{\"at\": \"0s\", \"call\": \"close\"}", "", FORGED_TEXT),
    [FORGED_FIRST] = SCENARIO(OPEN, "", "", FORGED_TEXT),
    [CUT_SHORT] =
        "{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {\"profile\": \"linux\"}, \"server\": {}},"
        "\"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\", \"down\": [{\"from\": \"0s\"}]}],"
        "\"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\"" OPEN
        ", \"isn\": {\"client\": 1000, \"server\": 2000}}], \"apps\": [{\"host\": \"client\", \"conn\": \"web\", "
        "\"do\": "
        "[" USER_TIMEOUT "]}]}",
    [READING_SHUT] = SCENARIO(OPEN, "{\"at\": \"50ms\", \"call\": \"send\", \"octets\": 100}, " CLOSE,
                              "{\"at\": \"0s\", \"call\": \"shutdown\", \"how\": \"RD\"}, {\"at\": \"10ms\", \"call\": "
                              "\"recv\"}, {\"at\": \"120ms\", \"call\": \"recv\"}",
                              ""),
    /* The server loses its first incarnation, by a crash or a forged RST; then both have a second one. */
    [REOPENED] = WORLD(
        "", "", "", DO(AT("0s", "connect") ", " WRITE("5s", "100") ", " ON("reset", "connect") ", " AT("10s", "close")),
        DO(AT("0s", "listen") ", " AT("2s", "listen") ", " AT("11s", "close")),
        ", \"events\": [{\"at\": \"1s\", \"host\": \"server\", \"do\": \"reboot\"}]"),
    [RESET_BY_FORGERY] = WORLD(
        "", "", "", DO(AT("0s", "connect") ", " WRITE("5s", "100") ", " ON("reset", "connect") ", " AT("10s", "close")),
        DO(AT("0s", "listen") ", " ON("reset", "listen") ", " AT("11s", "close")),
        ", \"faults\": [{\"action\": \"inject\", \"at\": \"1s\", \"segment\": {\"from\": \"client\", \"seq\": 1, "
        "\"flags\": \"R\"}}]"),
    /* What the server wrote before it crashed is read after it has come back. */
    [HALF_OPEN] = WORLD("", "", OPEN, DO(""), DO(WRITE("0s", "100") ", " AT("30ms", "listen")),
                        ", \"events\": [{\"at\": \"10ms\", \"host\": \"server\", \"do\": \"reboot\"}]"),
    [UNREAD_IN_LAST_ACK] = WORLD(
        LINUX, "", OPEN, "\"read\": false, " DO("{\"at\": \"300ms\", \"call\": \"shutdown\"}, " AT("301ms", "close")),
        DO(WRITE("0s", "100") ", " AT("1ms", "close")), ""),
    [LINGER2] = WORLD(LINUX, "", OPEN, DO(LINGER2_IS("5s") CLOSE), DO(""), ""),
    [NO_FIN_WAIT_2] = WORLD(LINUX, "", OPEN, DO(LINGER2_IS("off") CLOSE), DO(""), ""),
    [HALF_CLOSE] = WORLD(LINUX, "", OPEN, DO(LINGER2_IS("off") AT("200ms", "shutdown")), DO(""), ""),
    [WINDOWS_FULL] =
        WORLD(TCP("\"rcv_wnd\": 1000, \"mss\": 500"), TCP("\"rcv_wnd\": 1000, \"mss\": 500"), OPEN,
              DO(WRITE("0s", "1000")), DO(WRITE("0s", "1000")),
              ", \"faults\": [{\"match\": {\"from\": \"client\", \"len\": \"1..\", \"nth\": 1}, \"action\": \"drop\"}, "
              "{\"match\": {\"from\": \"server\", \"len\": \"1..\", \"nth\": 1}, \"action\": \"drop\"}]"),
    [ORPHAN_TOO_MANY] = WORLD(LINUX ", " TCP("\"max_orphans\": 0"), "", OPEN, DO(CLOSE), DO(""), ""),
    [TIME_WAITS_FULL] = WORLD(LINUX ", " TCP("\"max_time_waits\": 0"), "", OPEN, DO(AT("200ms", "shutdown")),
                              DO(ON("eof", "close")), ""),
    [TCB_TAKEN] = "{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {" TCP(
        "\"max_pcbs\": 1") "}, \"server\": {}},"
                           "\"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],"
                           "\"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": "
                           "\"server:80\"" OPEN "}, {\"name\": \"two\", \"from\": \"client:49153\", \"to\": "
                           "\"server:80\", \"state\": \"CLOSED\"}], "
                           "\"apps\": [{\"host\": \"client\", \"conn\": \"web\", " DO(
                               CLOSE) "}, {\"host\": \"server\", \"conn\": \"web\", " DO(ON("eof",
                                                                                            "close")) "}, "
                                                                                                      "{\"host\": "
                                                                                                      "\"client\", "
                                                                                                      "\"conn\": "
                                                                                                      "\"two\","
                                                                                                      " " DO(AT(
                                                                                                          "5"
                                                                                                          "s",
                                                                                                          "co"
                                                                                                          "nn"
                                                                                                          "ec"
                                                                                                          "t")) "}]}",
    [TOO_SHORT] =
        "{\"version\": 1, \"title\": \"t\", \"hosts\": {\"client\": {\"tcp\": {\"time_wait\": \"500ms\"}}, "
        "\"server\": {}}, \"links\": [{\"between\": [\"client\", \"server\"], \"delay\": \"50ms\"}],"
        "\"connections\": [{\"name\": \"web\", \"from\": \"client:49152\", \"to\": \"server:80\"" OPEN
        ", \"isn\": {\"client\": 1000, \"server\": 2000}}],"
        "\"apps\": [{\"host\": \"client\", \"conn\": \"web\", \"do\": [{\"at\": \"0s\", \"call\": \"close\"}]}, "
        "{\"host\": \"server\", \"conn\": \"web\", \"do\": [" ON_EOF "]}], "
        "\"faults\": [{\"match\": {\"from\": \"client\", \"flags\": \".\", \"nth\": 1}, \"action\": \"drop\"}]}",
};

/* With two parameters changed ("hosts.client.tcp.x=true"), or none. */
static Trace *trace_of(Base base, const char *set, const char *set_too) {
  g_autoptr(GPtrArray) changes = g_ptr_array_new();
  if (set)
    g_ptr_array_add(changes, (gpointer)set);
  if (set_too)
    g_ptr_array_add(changes, (gpointer)set_too);
  ScenarioOverrides overrides = {.set = changes};
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario =
      scenario_parse(SCENARIOS[base], strlen(SCENARIOS[base]), "good.json", &overrides, &errors);
  if (!scenario)
    g_error("%s", ((ScenarioError *)g_ptr_array_index(errors, 0))->message);
  RunOptions options = {0};
  return run_to_trace(scenario, &options, NULL);
}

static Trace *good_trace(Base base) {
  return trace_of(base, NULL, NULL);
}

static const CheckInvariant *find(const GPtrArray *invariants, const char *id) {
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (g_str_equal(invariant->id, id))
      return invariant;
  }
  g_error("no invariant %s", id);
}

static void assert_all_hold(const Trace *trace) {
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  g_assert_cmpuint(invariants->len, ==, CHECK_INVARIANT_COUNT);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict == CHECK_BROKEN)
      g_error("%s: %s", invariant->id, invariant->detail);
  }
  g_assert_cmpuint(check_invariants_broken(invariants), ==, 0);
}

static void test_good_traces_break_nothing(void) {
  for (unsigned base = 0; base < BASES; base++) {
    g_autoptr(Trace) trace = good_trace((Base)base);
    assert_all_hold(trace);
  }
}

static void assert_verdict(Base base, const char *id, CheckVerdict verdict) {
  g_autoptr(Trace) trace = good_trace(base);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  g_assert_cmpint(find(invariants, id)->verdict, ==, verdict);
}

static void test_normal_close_has_something_to_judge_in_each_invariant_but_one(void) {
  g_autoptr(Trace) trace = good_trace(NORMAL);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    gboolean challenges = g_str_equal(invariant->id, "I21");
    g_assert_cmpint(invariant->verdict, ==, challenges ? CHECK_NOT_APPLICABLE : CHECK_HOLDS);
  }
}

static void test_preconditions_that_fail_say_so(void) {
  assert_verdict(ABORTED, "I14", CHECK_NOT_APPLICABLE);
  assert_verdict(ABORTED, "I16", CHECK_NOT_APPLICABLE);
  assert_verdict(ABORTED, "I27", CHECK_NOT_APPLICABLE);
  assert_verdict(TOO_SHORT, "I15", CHECK_NOT_APPLICABLE);
  assert_verdict(TOO_SHORT, "I14", CHECK_NOT_APPLICABLE);
  assert_verdict(SIMULTANEOUS, "I15", CHECK_NOT_APPLICABLE);
}

static void test_empty_trace_breaks_nothing(void) {
  g_autoptr(Trace) trace = trace_new(NULL, NULL);
  assert_all_hold(trace);
}

/* --- doctored traces ---------------------------------------------------------------------------------------------- */

/* One change of a trace's text. `line`: the first line that has this in it. With `to` NULL the line goes; with `from`
 * NULL `to` becomes a line of its own behind it; else `from` in it becomes `to`. */
typedef struct Edit {
  const char *line, *from, *to;
} Edit;

typedef struct Mutation {
  const char *name, *invariant;
  Base base;
  Edit edits[4];
} Mutation;

#define ACK(t, host, peer, id, raw_seq, raw_ack)                                                                       \
  "{\"t\":" t ",\"kind\":\"sent\",\"host\":\"" host "\",\"peer\":\"" peer "\",\"conn\":\"web\",\"id\":" id             \
  ",\"flags\":\".\",\"seq\":1,\"ack\":1,\"len\":0,\"win\":65535,\"raw_seq\":" raw_seq ",\"raw_ack\":" raw_ack          \
  ",\"attempt\":1"
#define GOT(t, host, peer, id)                                                                                         \
  "{\"t\":" t ",\"kind\":\"received\",\"host\":\"" host "\",\"peer\":\"" peer "\",\"conn\":\"web\",\"id\":" id "}"
#define TO_SERVER(id, raw_ack)                                                                                         \
  ACK("50000000", "client", "server", id, "1001", raw_ack) "}\n" GOT("50000000", "server", "client", id)
#define TO_CLIENT(id)                                                                                                  \
  ACK("50000000", "server", "client", id, "2101", "1001") "}\n" GOT("50000000", "client", "server", id)

static const Mutation MUTATIONS[] = {
    {"a transition that no rule allows", "I1", NORMAL, {{"\"to\":\"CLOSE-WAIT\"", "CLOSE-WAIT", "LAST-ACK"}}},
    {"TIME-WAIT ends without its timer", "I1", NORMAL, {{"\"2msl\",\"change\":\"expired\"", NULL, NULL}}},
    {"a RST that is none", "I1", ABORTED, {{"\"flags\":\"R\"", "\"R\"", "\".\""}}},
    {"a transition without the segment that made it",
     "I1",
     NORMAL,
     {{"\"received\",\"host\":\"client\",\"peer\":\"server\",\"conn\":\"web\",\"id\":3", NULL, NULL}}},
    {"a state left that it was not in", "I1", NORMAL, {{"\"to\":\"FIN-WAIT-2\"", NULL, NULL}}},
    {"RCV.NXT goes back", "I2", NORMAL, {{"\"raw_ack\":2102", "2102", "2100"}}},
    {"a gap in what is sent", "I2", NORMAL, {{"\"raw_seq\":1001", "1001", "1011"}}},
    {"acknowledged octets sent again", "I2", NORMAL, {{"\"id\":4,\"flags\"", "\"raw_seq\":2101", "\"raw_seq\":2001"}}},
    {"the FIN again with another number",
     "I3",
     FIN_LOST,
     {{"\"dport\":80,\"attempt\":2", "\"raw_seq\":1001", "\"raw_seq\":1002"}}},
    {"data beyond the FIN", "I3", NORMAL, {{"\"id\":5,\"flags\"", "\"len\":0", "\"len\":10"}}},
    {"a FIN that nobody asked for", "I4", NORMAL, {{"\"app\":\"server.web\",\"call\":\"close\"", NULL, NULL}}},
    {"an ACK that does not count the FIN", "I4", NORMAL, {{"\"raw_ack\":1002", "1002", "1001"}}},
    {"a FIN acted on although a hole is before it",
     "I4",
     NORMAL,
     {{"\"id\":2,\"flags\"", "\"raw_seq\":1001", "\"raw_seq\":1002"}}},
    {"a FIN that moves RCV.NXT twice", "I4", NORMAL, {{"\"raw_ack\":2102", "2102", "2103"}}},
    {"FIN-WAIT-2 without an ACK of the FIN",
     "I5",
     NORMAL,
     {{"\"id\":3,\"flags\"", "\"raw_ack\":1002", "\"raw_ack\":1001"},
      {"\"id\":4,\"flags\"", "\"raw_ack\":1002", "\"raw_ack\":1001"}}},
    {"TIME-WAIT without the peer's FIN", "I5", NORMAL, {{"\"id\":4,\"flags\"", "\"F.\"", "\".\""}}},
    {"TIME-WAIT from LAST-ACK", "I6", NORMAL, {{"\"from\":\"LAST-ACK\"", "\"to\":\"CLOSED\"", "\"to\":\"TIME-WAIT\""}}},
    {"more octets read than arrived",
     "I7",
     NORMAL,
     {{"\"call\":\"recv\",\"result\":\"ok\"", "\"octets\":100", "\"octets\":150"}}},
    {"the end of the stream told twice",
     "I7",
     NORMAL,
     {{"\"result\":\"eof\"", NULL,
       "{\"t\":250000000,\"kind\":\"app\",\"host\":\"server\",\"conn\":\"web\",\"call\":\"recv\",\"result\":\"eof\","
       "\"octets\":0}"}}},
    {"the end of the stream told before the FIN came",
     "I7",
     NORMAL,
     {{"\"result\":\"ok\",\"octets\":100}", NULL,
       "{\"t\":0,\"kind\":\"app\",\"host\":\"server\",\"conn\":\"web\",\"call\":\"recv\",\"result\":\"eof\",\"octets\":"
       "0}"}}},
    {"the end of the stream told before the data",
     "I7",
     TWO_WAYS,
     {{"\"host\":\"server\",\"conn\":\"web\",\"call\":\"recv\",\"result\":\"ok\"", NULL, NULL}}},
    {"octets read after the end of the stream",
     "I8",
     NORMAL,
     {{"\"result\":\"eof\"", NULL,
       "{\"t\":250000000,\"kind\":\"app\",\"host\":\"server\",\"conn\":\"web\",\"call\":\"recv\",\"result\":\"ok\","
       "\"octets\":10}"}}},
    {"RCV.NXT moves on after the peer's FIN",
     "I8",
     NORMAL,
     {{"\"id\":4,\"flags\"", "\"raw_ack\":1002", "\"raw_ack\":1003"}}},
    {"send() after close()",
     "I9",
     NORMAL,
     {{"\"to\":\"FIN-WAIT-2\"", NULL,
       "{\"t\":300000000,\"kind\":\"app\",\"host\":\"client\",\"conn\":\"web\",\"app\":\"client.web\",\"call\":"
       "\"send\",\"result\":\"ok\",\"octets\":5}"}}},
    {"a second FIN", "I9", FIN_LOST, {{"\"dport\":80,\"attempt\":2", "\"raw_seq\":1001", "\"raw_seq\":1002"}}},
    {"a RST answers a RST",
     "I10",
     ABORTED,
     {{"\"result\":\"reset\"", NULL,
       "{\"t\":250000000,\"kind\":\"sent\",\"host\":\"server\",\"peer\":\"client\",\"conn\":\"web\",\"id\":9,\"flags\":"
       "\"R\",\"seq\":1,\"ack\":0,\"len\":0,\"win\":0,\"raw_seq\":2101,\"raw_ack\":0,\"attempt\":1,\"cause\":2}"}}},
    {"a live connection answers with a RST",
     "I10",
     NORMAL,
     {{"\"id\":3,\"flags\"", "\"flags\":\".\"", "\"flags\":\"R.\""}}},
    {"no RST where there is no TCB", "I11", TOO_SHORT, {{"\"flags\":\"R\"", NULL, NULL}}},
    {"a RST with a wrong number", "I11", TOO_SHORT, {{"\"flags\":\"R\"", "\"raw_seq\":", "\"raw_seq\":1"}}},
    {"a second TCB for the tuple",
     "I12",
     NORMAL,
     {{"\"to\":\"FIN-WAIT-2\"", NULL,
       "{\"t\":300000000,\"kind\":\"conn\",\"conn\":\"two\",\"client_host\":\"client\",\"client\":\"192.0.2.1:49152\","
       "\"server_host\":\"server\",\"server\":\"192.0.2.2:80\",\"state\":\"ESTABLISHED\"}"}}},
    {"connect() on a tuple in TIME-WAIT",
     "I12",
     NORMAL,
     {{"\"kind\":\"conn\"", NULL,
       "{\"t\":0,\"kind\":\"conn\",\"conn\":\"two\",\"client_host\":\"client\",\"client\":\"192.0.2.1:49152\",\"server_"
       "host\":\"server\",\"server\":\"192.0.2.2:80\",\"state\":\"CLOSED\"}"},
      {"\"id\":5,\"flags\"", NULL,
       "{\"t\":500000000,\"kind\":\"app\",\"host\":\"client\",\"conn\":\"two\",\"call\":\"connect\",\"result\":\"ok\"}"
       "\n{\"t\":500000000,\"kind\":\"state\",\"host\":\"client\",\"conn\":\"two\",\"from\":\"CLOSED\",\"to\":\"SYN-"
       "SENT\",\"stimulus\":\"CALL_OPEN_ACTIVE\",\"guard\":\"ALWAYS\"}"}}},
    {"2MSL armed for another time", "I13", NORMAL, {{"\"2msl\",\"change\":\"armed\"", "240500000000", "240600000000"}}},
    {"2MSL never armed", "I13", NORMAL, {{"\"2msl\",\"change\":\"armed\"", NULL, NULL}}},
    {"the port released as TIME-WAIT begins",
     "I13",
     NORMAL,
     {{"\"change\":\"reserved\"", NULL,
       "{\"t\":500000000,\"kind\":\"port\",\"host\":\"client\",\"port\":49152,\"change\":\"released\",\"conn\":"
       "\"web\"}"}}},
    {"the port reserved until another time",
     "I13",
     NORMAL,
     {{"\"change\":\"reserved\"", "240500000000", "240000000000"}}},
    {"TIME-WAIT skipped",
     "I14",
     NORMAL,
     {{"\"to\":\"TIME-WAIT\"", "\"to\":\"TIME-WAIT\"", "\"to\":\"CLOSED\""}, {"\"from\":\"TIME-WAIT\"", NULL, NULL}}},
    {"TIME-WAIT at one end of two that crossed",
     "I14",
     SIMULTANEOUS,
     {{"\"to\":\"TIME-WAIT\"", "\"to\":\"TIME-WAIT\"", "\"to\":\"CLOSED\""}, {"\"from\":\"TIME-WAIT\"", NULL, NULL}}},
    {"LAST-ACK ends by a RST", "I15", NORMAL, {{"\"from\":\"LAST-ACK\"", "SEG_ACK_OF_FIN", "SEG_RST"}}},
    {"an end that never comes to CLOSED", "I16", NORMAL, {{"\"from\":\"LAST-ACK\"", NULL, NULL}}},
    {"data from before the incarnation",
     "I17",
     HANDSHAKE,
     {{"\"t\":0,\"kind\":\"conn\"", NULL,
       "{\"t\":0,\"kind\":\"sent\",\"host\":\"client\",\"peer\":\"server\",\"conn\":\"web\",\"id\":99,\"flags\":\".\","
       "\"seq\":1,\"ack\":1,\"len\":50,\"win\":65535,\"raw_seq\":1001,\"raw_ack\":2001,\"sport\":49152,\"dport\":80,"
       "\"attempt\":1}"},
      {"\"to\":\"ESTABLISHED\",\"stimulus\":\"SEG_ACK_OF_SYN\"", NULL, GOT("150000000", "server", "client", "99")}}},
    {"TIME-WAIT sends data", "I18", NORMAL, {{"\"id\":5,\"flags\"", "\"len\":0", "\"len\":10"}}},
    {"TIME-WAIT speaks unasked",
     "I18",
     NORMAL,
     {{"\"2msl\",\"change\":\"expired\"", NULL, ACK("240500000000", "client", "server", "9", "1002", "2102") "}"}}},
    {"a retransmission timer in FIN-WAIT-2",
     "I18",
     NORMAL,
     {{"\"to\":\"FIN-WAIT-2\"", NULL,
       "{\"t\":300000000,\"kind\":\"timer\",\"host\":\"client\",\"conn\":\"web\",\"timer\":\"retransmission\","
       "\"change\":\"armed\",\"until\":1300000000}"}}},
    {"no retransmission timer behind a FIN",
     "I19",
     NORMAL,
     {{"\"change\":\"armed\",\"until\":1200000000", NULL, NULL}}},
    {"a retransmission timeout below the minimum",
     "I19",
     NORMAL,
     {{"\"change\":\"armed\",\"until\":1200000000", "1200000000", "250000000"}}},
    {"a retransmission timeout above the maximum",
     "I19",
     NORMAL,
     {{"\"change\":\"armed\",\"until\":1200000000", "1200000000", "91200000000"}}},
    {"a retransmission timeout that shrinks", "I19", FIN_LOST, {{"\"until\":7200000000", "7200000000", "4200000000"}}},
    {"a retransmission timer in CLOSED",
     "I19",
     NORMAL,
     {{"\"until\":1450000000", NULL,
       "{\"t\":450000000,\"kind\":\"timer\",\"host\":\"server\",\"conn\":\"web\",\"timer\":\"user\",\"change\":"
       "\"armed\",\"until\":900000000000}"}}},
    {"a timer that expires when it pleases",
     "I19",
     FIN_LOST,
     {{"\"change\":\"armed\",\"until\":3200000000", "3200000000", "3300000000"}}},
    {"a FIN sent again too often", "I20", FIN_LOST, {{"\"retries\":\"8\"", "\"retries\":\"8\"", "\"retries\":\"2\""}}},
    {"challenge ACKs without end",
     "I21",
     NORMAL,
     {{"\"challenge_limit\":\"10\"", "\"challenge_limit\":\"10\"", "\"challenge_limit\":\"1\""},
      {"\"timer\":\"delayed-ack\",\"change\":\"armed\"", NULL,
       ACK("50000000", "client", "server", "90", "1001", "2101") ",\"why\":\"challenge\"}\n" ACK(
           "50000000", "client", "server", "91", "1001", "2101") ",\"why\":\"challenge\"}"}}},
    {"a RST that nobody is told of", "I22", ABORTED, {{"\"result\":\"reset\"", NULL, NULL}}},
    {"a RST told as an orderly end", "I22", ABORTED, {{"\"result\":\"reset\"", "reset", "closed"}}},
    {"a reset told without a RST",
     "I22",
     NORMAL,
     {{"\"result\":\"eof\"", NULL,
       "{\"t\":250000000,\"kind\":\"app\",\"host\":\"server\",\"conn\":\"web\",\"call\":\"notice\",\"result\":"
       "\"reset\"}"}}},
    {"FIN-WAIT-2 with a peer in ESTABLISHED", "I23", NORMAL, {{"\"to\":\"CLOSE-WAIT\"", NULL, NULL}}},
    {"rest in LAST-ACK", "I24", NORMAL, {{"\"from\":\"LAST-ACK\"", NULL, NULL}}},
    {"rest with a timer armed", "I24", NORMAL, {{"\"2msl\",\"change\":\"expired\"", NULL, NULL}}},
    {"a segment that arrives twice",
     "I25",
     NORMAL,
     {{"\"received\",\"host\":\"server\"", NULL, GOT("250000000", "server", "client", "2")}}},
    {"a segment that gets lost without a trace", "I25", NORMAL, {{"\"received\",\"host\":\"server\"", NULL, NULL}}},
    {"a segment out of nowhere", "I25", NORMAL, {{"\"received\",\"host\":\"server\"", "\"id\":2", "\"id\":77"}}},
    {"ACKs that answer ACKs",
     "I26",
     NORMAL,
     {{"\"timer\":\"delayed-ack\",\"change\":\"armed\"", NULL,
       TO_SERVER("90", "2101") "\n" TO_CLIENT("91") "\n" TO_SERVER("92", "2101") "\n" TO_CLIENT("93") "\n" TO_SERVER(
           "94", "2101")}}},
    {"a lingering close() that was never made", "I4", LINGERING, {{"\"call\":\"close\"}", NULL, NULL}}},
    {"a damaged segment that is taken, beside a sound copy",
     "I1",
     COPY_OF_DAMAGED,
     {{"\"received\",\"host\":\"server\"", "\"id\":2", "\"id\":1"},
      {"\"to\":\"CLOSE-WAIT\"", "\"cause\":2", "\"cause\":1"}}},
    {"RCV.NXT moves on after the FIN that was taken of two",
     "I8",
     OVERLAPPED_FIN,
     {{"\"id\":7,\"flags\"", "\"raw_ack\":1102", "\"raw_ack\":1103"}}},
    {"more acknowledged than came before either of two FINs",
     "I4",
     OVERLAPPED_FIN,
     {{"\"id\":4,\"flags\"", "\"raw_ack\":1101", "\"raw_ack\":1131"}}},
    {"forged data taken in after the FIN",
     "I8",
     TEXT_AFTER_FIN,
     {{"\"check\":\"text\"", NULL, ACK("110000000", "server", "client", "9", "2001", "1012") "}"}}},
    {"more acknowledged than was forged", "I4", FORGED_FIRST, {{"\"raw_ack\":1011", "1011", "1012"}}},
    {"a timeout that was cut short, and was not the last",
     "I19",
     CUT_SHORT,
     {{"\"from\":\"FIN-WAIT-1\"", NULL, ACK("5500000000", "client", "server", "9", "1001", "2001") "}"},
      {"\"from\":\"FIN-WAIT-1\"", NULL, NULL}}},
    {"a timeout that was cut short for no user timeout", "I19", CUT_SHORT, {{"\"TCP_USER_TIMEOUT\"", NULL, NULL}}},
    {"octets read after the end, reading not shut", "I8", READING_SHUT, {{"\"call\":\"shutdown\"", NULL, NULL}}},
    {"close() drops what a stack would close",
     "I1",
     HANDSHAKE,
     {{"\"from\":\"SYN-RECEIVED\"", "\"to\":\"ESTABLISHED\",\"stimulus\":\"SEG_ACK_OF_SYN\"",
       "\"to\":\"CLOSED\",\"stimulus\":\"CALL_CLOSE\""}}},
    {"LAST-ACK times out without a timer", "I1", NORMAL, {{"\"from\":\"LAST-ACK\"", "SEG_ACK_OF_FIN", "TMO_LAST_ACK"}}},
    {"a FIN in order refused as unwanted data",
     "I1",
     NORMAL,
     {{"\"to\":\"TIME-WAIT\"", "\"to\":\"TIME-WAIT\",\"stimulus\":\"SEG_FIN\"",
       "\"to\":\"CLOSED\",\"stimulus\":\"SEG_TEXT_UNWANTED\""}}},
    {"CLOSING although the peer's FIN came first",
     "I4",
     NORMAL,
     {{"\"to\":\"LAST-ACK\"", "\"to\":\"LAST-ACK\"", "\"to\":\"CLOSING\""}}},
    /* What is forgiven to ends of different incarnations, or after a forgery, is not forgiven to those that follow. */
    {"a second incarnation after a crash with impossible states",
     "I23",
     REOPENED,
     {{"\"to\":\"CLOSE-WAIT\"", NULL, NULL}}},
    {"a second incarnation after a crash that rests in LAST-ACK",
     "I24",
     REOPENED,
     {{"\"from\":\"LAST-ACK\"", NULL, NULL}}},
    {"a second incarnation after a crash that never comes to CLOSED",
     "I16",
     REOPENED,
     {{"\"from\":\"LAST-ACK\"", NULL, NULL}}},
    {"a second incarnation after a crash whose LAST-ACK ends by a RST",
     "I15",
     REOPENED,
     {{"\"from\":\"LAST-ACK\"", "SEG_ACK_OF_FIN", "SEG_RST"}}},
    {"a second incarnation after a crash that skips TIME-WAIT",
     "I14",
     REOPENED,
     {{"\"to\":\"TIME-WAIT\"", "\"to\":\"TIME-WAIT\"", "\"to\":\"CLOSED\""}, {"\"from\":\"TIME-WAIT\"", NULL, NULL}}},
    {"octets read in a second incarnation that nobody wrote in it",
     "I7",
     REOPENED,
     {{"\"t\":10000000000,\"kind\":\"app\"", NULL,
       "{\"t\":10000000000,\"kind\":\"app\",\"host\":\"server\",\"conn\":\"web\",\"call\":\"recv\",\"result\":\"ok\","
       "\"octets\":10}"}}},
    {"a second incarnation after a forged RST with impossible states",
     "I23",
     RESET_BY_FORGERY,
     {{"\"to\":\"CLOSE-WAIT\"", NULL, NULL}}},
    {"a second incarnation after a forged RST that rests in LAST-ACK",
     "I24",
     RESET_BY_FORGERY,
     {{"\"from\":\"LAST-ACK\"", NULL, NULL}}},
    {"a second incarnation after a forged RST whose LAST-ACK ends by a RST",
     "I15",
     RESET_BY_FORGERY,
     {{"\"from\":\"LAST-ACK\"", "SEG_ACK_OF_FIN", "SEG_RST"}}},
    {"more read of a reborn peer than it wrote before",
     "I7",
     HALF_OPEN,
     {{"\"call\":\"send\"", "\"octets\":100", "\"octets\":50"}}},
    {"LAST-ACK dropped by a close() that leaves nothing unread",
     "I1",
     NORMAL,
     {{"\"from\":\"LAST-ACK\"", "SEG_ACK_OF_FIN", "CALL_CLOSE"}}},
    {"LAST-ACK dropped by a close() after all was read",
     "I1",
     UNREAD_IN_LAST_ACK,
     {{"\"to\":\"LAST-ACK\"", NULL,
       "{\"t\":300000000,\"kind\":\"app\",\"host\":\"client\",\"conn\":\"web\",\"call\":\"recv\",\"result\":\"ok\","
       "\"octets\":100}"}}},
    {"LAST-ACK dropped by a close() where unread data does not matter",
     "I1",
     UNREAD_IN_LAST_ACK,
     {{"\"kind\":\"trace\"", "\"rst_on_unread\":\"true\"", "\"rst_on_unread\":\"false\""}}},
    {"FIN-WAIT-2 with a TCP_LINGER2 ends without its timer",
     "I1",
     LINGER2,
     {{"\"fin-wait-2\",\"change\":\"expired\"", NULL, NULL}}},
    {"FIN-WAIT-2 ends as it begins although nobody said so", "I1", NO_FIN_WAIT_2, {{"\"TCP_LINGER2\"", NULL, NULL}}},
    {"FIN-WAIT-2 of a half-close ends as it begins",
     "I1",
     HALF_CLOSE,
     {{"\"to\":\"FIN-WAIT-2\"", NULL,
       "{\"t\":300000000,\"kind\":\"state\",\"host\":\"client\",\"conn\":\"web\",\"from\":\"FIN-WAIT-2\",\"to\":"
       "\"CLOSED\",\"stimulus\":\"TMO_FIN_WAIT_2\",\"guard\":\"NO_FIN_WAIT_2\"}"}}},
    {"ACKs that answer ACKs behind full windows of a stack that takes them",
     "I26",
     WINDOWS_FULL,
     {{"\"kind\":\"trace\"", "\"edge_inclusive\":\"false\"", "\"edge_inclusive\":\"true\""},
      {"\"kind\":\"trace\"", "\"edge_inclusive\":\"false\"", "\"edge_inclusive\":\"true\""}}},
    {"an orphan reset by a host without a limit",
     "I1",
     ORPHAN_TOO_MANY,
     {{"\"kind\":\"trace\"", "\"max_orphans\":\"0\"", "\"max_orphans\":\"unlimited\""}}},
    {"an orphan reset below the limit",
     "I1",
     ORPHAN_TOO_MANY,
     {{"\"kind\":\"trace\"", "\"max_orphans\":\"0\"", "\"max_orphans\":\"1\""}}},
    {"TIME-WAIT skipped below the limit",
     "I1",
     TIME_WAITS_FULL,
     {{"\"kind\":\"trace\"", "\"max_time_waits\":\"0\"", "\"max_time_waits\":\"1\""}}},
    {"a TCB taken while there is another",
     "I1",
     TCB_TAKEN,
     {{"\"kind\":\"trace\"", "\"max_pcbs\":\"1\"", "\"max_pcbs\":\"2\""}}},
    {"a TCB taken though nobody needs it",
     "I1",
     TCB_TAKEN,
     {{"\"conn\":\"two\",\"app\":\"client.two\",\"call\":\"connect\"", NULL, NULL}}},
    {"TIME-WAIT longer than it should be after the peer's end",
     "I27",
     NORMAL,
     {{"\"links\"", "\"delay\":50000000", "\"delay\":40000000"}}},
};

static char *print(const Trace *trace) {
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  g_assert_true(trace_write_jsonl(trace, file, NULL));
  fclose(file);
  char *copy = g_strdup(text);
  free(text);
  return copy;
}

static char *apply(char *text, const Edit *edit) {
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  GString *out = g_string_new(NULL);
  gboolean done = FALSE;
  for (char **line = lines; *line; line++) {
    gboolean here = !done && strstr(*line, edit->line) != NULL;
    done |= here;
    if (!here || edit->from == NULL) {
      if (!here || edit->to)
        g_string_append_printf(out, "%s%s", *line, line[1] ? "\n" : "");
      if (here && edit->to)
        g_string_append_printf(out, "%s\n", edit->to);
      continue;
    }
    g_assert_nonnull(strstr(*line, edit->from));
    char *at = strstr(*line, edit->from);
    g_string_append_len(out, *line, at - *line);
    g_string_append_printf(out, "%s%s\n", edit->to, at + strlen(edit->from));
  }
  if (!done)
    g_error("no line has %s", edit->line);
  g_free(text);
  return g_string_free(out, FALSE);
}

static void test_each_mutation_breaks_its_invariant(gconstpointer data) {
  const Mutation *mutation = data;
  g_autoptr(Trace) good = good_trace(mutation->base);
  char *text = print(good);
  for (unsigned i = 0; i < G_N_ELEMENTS(mutation->edits) && mutation->edits[i].line; i++)
    text = apply(text, &mutation->edits[i]);
  g_autoptr(GError) error = NULL;
  g_autoptr(Trace) bad = trace_read(text, strlen(text), "doctored", &error);
  g_assert_no_error(error);
  g_free(text);
  g_autoptr(GPtrArray) invariants = check_invariants(bad);
  const CheckInvariant *invariant = find(invariants, mutation->invariant);
  g_assert_cmpint(invariant->verdict, ==, CHECK_BROKEN);
  g_assert_nonnull(invariant->detail);
  g_test_message("%s: %s", invariant->id, invariant->detail);
}

static void test_every_invariant_has_a_mutation(void) {
  for (unsigned number = 1; number <= CHECK_INVARIANT_COUNT; number++) {
    g_autofree char *id = g_strdup_printf("I%u", number);
    gboolean found = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(MUTATIONS); i++)
      found |= g_str_equal(MUTATIONS[i].invariant, id);
    if (!found)
      g_error("nothing breaks %s", id);
  }
}

/* --- broken stacks ------------------------------------------------------------------------------------------------ */

typedef struct Bug {
  const char *invariant;
  Base base;
  const char *set, *set_too;
} Bug;

static const Bug BUGS[] = {
    {"I14", NORMAL, "hosts.client.tcp.bug_no_time_wait=true", NULL},
    {"I1", NORMAL, "hosts.client.tcp.bug_no_time_wait=true", NULL},
    {"I19", FIN_LOST, "hosts.client.tcp.bug_fin_not_retransmitted=true", NULL},
    {"I1", SIMULTANEOUS, "hosts.client.tcp.bug_closing_skipped=true", NULL},
    {"I5", SIMULTANEOUS, "hosts.client.tcp.bug_closing_skipped=true", NULL},
    {"I1", SIMULTANEOUS, "hosts.client.tcp.bug_rst_on_crossing_fin=true", NULL},
    {"I10", SIMULTANEOUS, "hosts.client.tcp.bug_rst_on_crossing_fin=true", NULL},
    {"I4", HOLE, "hosts.server.tcp.bug_early_fin=true", NULL},
    {"I1", TWO_ACKS, "hosts.server.tcp.bug_last_ack_any_ack=true", NULL},
    {"I13", TOO_SHORT, "hosts.client.tcp.time_wait_restart=never", "hosts.client.tcp.time_wait=240s"},
};

static void test_each_broken_stack_breaks_its_invariant(gconstpointer data) {
  const Bug *bug = data;
  g_autoptr(Trace) trace = trace_of(bug->base, bug->set, bug->set_too);
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  const CheckInvariant *invariant = find(invariants, bug->invariant);
  g_assert_cmpint(invariant->verdict, ==, CHECK_BROKEN);
}

/* --- what is said ------------------------------------------------------------------------------------------------- */

static void test_a_break_says_when_and_where(void) {
  g_autoptr(Trace) good = good_trace(NORMAL);
  char *text = print(good);
  Edit edit = {"\"from\":\"LAST-ACK\"", "\"to\":\"CLOSED\"", "\"to\":\"TIME-WAIT\""};
  text = apply(text, &edit);
  g_autoptr(Trace) bad = trace_read(text, strlen(text), "doctored", NULL);
  g_free(text);
  g_autoptr(GPtrArray) invariants = check_invariants(bad);
  const CheckInvariant *invariant = find(invariants, "I6");
  g_assert_cmpint(invariant->at, ==, SIM_MS(550));
  g_assert_cmpstr(invariant->host, ==, "server");
  g_assert_cmpstr(invariant->conn, ==, "web");
  g_assert_cmpint(bad->records[invariant->record].kind, ==, TRACE_STATE);
  g_assert_cmpstr(invariant->detail, ==, "TIME-WAIT entered from LAST-ACK");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/invariants/good-traces-break-nothing", test_good_traces_break_nothing);
  g_test_add_func("/invariants/normal-close-has-something-to-judge-in-each-but-one",
                  test_normal_close_has_something_to_judge_in_each_invariant_but_one);
  g_test_add_func("/invariants/preconditions-that-fail-say-so", test_preconditions_that_fail_say_so);
  g_test_add_func("/invariants/empty-trace-breaks-nothing", test_empty_trace_breaks_nothing);
  g_test_add_func("/invariants/every-invariant-has-a-mutation", test_every_invariant_has_a_mutation);
  g_test_add_func("/invariants/a-break-says-when-and-where", test_a_break_says_when_and_where);
  for (gsize i = 0; i < G_N_ELEMENTS(MUTATIONS); i++) {
    g_autofree char *path = g_strdup_printf("/invariants/mutation/%s: %s", MUTATIONS[i].invariant, MUTATIONS[i].name);
    g_test_add_data_func(path, &MUTATIONS[i], test_each_mutation_breaks_its_invariant);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(BUGS); i++) {
    g_autofree char *path = g_strdup_printf("/invariants/broken-stack/%s: %s", BUGS[i].invariant, BUGS[i].set);
    g_test_add_data_func(path, &BUGS[i], test_each_broken_stack_breaks_its_invariant);
  }
  return g_test_run();
}
