#include "trace/trace_reader.h"

#include "trace/trace_writer.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "{\"t\":0,\"kind\":\"trace\",\"version\":1,\"seed\":0,\"run\":0}\n"

static char *write_text(const Trace *trace) {
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  g_assert_true(trace_write_jsonl(trace, file, NULL));
  fclose(file);
  char *copy = g_strdup(text);
  free(text);
  return copy;
}

static Trace *read_good(const char *text) {
  g_autoptr(GError) error = NULL;
  Trace *trace = trace_read(text, strlen(text), "good", &error);
  g_assert_no_error(error);
  g_assert_nonnull(trace);
  return trace;
}

static void assert_read_and_written_again_is_the_same(const char *text) {
  g_autoptr(Trace) trace = read_good(text);
  g_autofree char *again = write_text(trace);
  g_assert_cmpstr(again, ==, text);
}

/* Values that a field may have: the least, the greatest, and those between by a counter. */
enum { LEAST, GREATEST, ABSENT, N_EXTREMES };

static uint64_t pick(unsigned extreme, uint64_t least, uint64_t greatest, uint64_t absent) {
  return extreme == LEAST ? least : extreme == GREATEST ? greatest : absent;
}

static TcpOptions pick_options(unsigned extreme) {
  TcpOptions options = {0};
  if (extreme == LEAST)
    options = (TcpOptions){.has = TCP_OPT_MSS | TCP_OPT_SACK_OK | TCP_OPT_WSCALE};
  if (extreme == GREATEST) {
    options = (TcpOptions){.has = TCP_OPT_TS, .ts_val = UINT32_MAX, .ts_ecr = UINT32_MAX, .n_sack = 3};
    for (unsigned i = 0; i < 3; i++)
      options.sack[i].left = options.sack[i].right = UINT32_MAX - i;
  }
  return options;
}

static Name pick_name(Names *names, unsigned extreme) {
  static const char *const texts[] = {"", "a \"b\" \x01\xe2\x80\xae é 😀 \\u0000", NULL};
  return texts[extreme] ? names_intern(names, texts[extreme]) : 0;
}

/* `value` for enum types is the number of the name. */
static void set_field(Names *names, const TraceField *field, void *member, unsigned extreme, unsigned value) {
  switch (field->type) {
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
    *(Name *)member = pick_name(names, extreme);
    break;
  case TRACE_TYPE_STATE:
    *(TcpState *)member = (TcpState)value;
    break;
  case TRACE_TYPE_STIMULUS:
    *(TcpStimulus *)member = (TcpStimulus)value;
    break;
  case TRACE_TYPE_GUARD:
    *(TcpGuard *)member = (TcpGuard)value;
    break;
  case TRACE_TYPE_TIMER:
    *(TcpTimer *)member = (TcpTimer)value;
    break;
  case TRACE_TYPE_CHECK:
    *(TcpCheck *)member = (TcpCheck)value;
    break;
  case TRACE_TYPE_WORD:
    *(TraceWord *)member = (TraceWord)value;
    break;
  case TRACE_TYPE_SEGMENT:
    *(uint64_t *)member = pick(extreme, 1, UINT64_MAX, 0);
    break;
  case TRACE_TYPE_TIME:
    *(SimTime *)member = (SimTime)pick(extreme, 0, SIM_NEVER - 1, SIM_NEVER);
    break;
  case TRACE_TYPE_NUMBER:
    *(uint64_t *)member = pick(extreme, 0, UINT64_MAX, 0);
    break;
  case TRACE_TYPE_OCTETS:
    *(int64_t *)member = extreme == ABSENT ? -1 : (int64_t)pick(extreme, 0, INT64_MAX, 0);
    break;
  case TRACE_TYPE_PORT:
    *(uint16_t *)member = (uint16_t)pick(extreme, 1, UINT16_MAX, 0);
    break;
  case TRACE_TYPE_SEQ:
    *(uint32_t *)member = (uint32_t)pick(extreme, 0, UINT32_MAX, 0);
    break;
  case TRACE_TYPE_FLAGS:
    *(TcpFlags *)member = (TcpFlags)pick(extreme, 0, 0xff, 0);
    break;
  case TRACE_TYPE_OPTIONS:
    *(TcpOptions *)member = pick_options(extreme);
    break;
  }
}

/* The number-th of the names that the field may have; of words those of the kind. */
static unsigned pick_enum(TraceKind kind, TraceType type, unsigned number) {
  unsigned count;
  trace_type_names(type, &count);
  if (type != TRACE_TYPE_WORD)
    return count ? number % count : 0;
  unsigned word = number % count;
  while (!(trace_kind_words(kind) >> word & 1))
    word = (word + 1) % count;
  return word;
}

/* Records of every kind with least, greatest and no values, and with every name of every enum. */
static Trace *new_extreme_trace(void) {
  Trace *trace = trace_new(NULL, NULL);
  for (unsigned number = 0; number < 64; number++)
    for (unsigned kind = 0; kind < TRACE_KIND_COUNT; kind++) {
      TraceRecord record;
      memset(&record, 0, sizeof record);
      unsigned count;
      const TraceField *fields = trace_kind_fields((TraceKind)kind, &count);
      record.t = number == 63 ? SIM_NEVER - 1 : (SimTime)number << 53;
      record.kind = (TraceKind)kind;
      for (unsigned i = 0; i < count; i++)
        set_field(trace->names, &fields[i], (char *)&record + fields[i].offset, (number + i) % N_EXTREMES,
                  pick_enum((TraceKind)kind, fields[i].type, number));
      if (kind != TRACE_END || number == 63)
        trace_append(trace, &record);
    }
  return trace;
}

static size_t size_of(TraceType type) {
  switch (type) {
  case TRACE_TYPE_SEGMENT:
  case TRACE_TYPE_TIME:
  case TRACE_TYPE_NUMBER:
  case TRACE_TYPE_OCTETS:
    return 8;
  case TRACE_TYPE_NAME:
  case TRACE_TYPE_ENDPOINT:
  case TRACE_TYPE_STATE:
  case TRACE_TYPE_STIMULUS:
  case TRACE_TYPE_GUARD:
  case TRACE_TYPE_TIMER:
  case TRACE_TYPE_CHECK:
  case TRACE_TYPE_WORD:
  case TRACE_TYPE_SEQ:
    return 4;
  case TRACE_TYPE_PORT:
    return 2;
  case TRACE_TYPE_FLAGS:
    return 1;
  case TRACE_TYPE_OPTIONS:
    return sizeof(TcpOptions);
  }
  g_assert_not_reached();
}

/* Names are compared as texts: the two traces number them as they please. */
static void assert_member_equal(const Trace *a, const Trace *b, const TraceField *field, const TraceRecord *of_a,
                                const TraceRecord *of_b) {
  const void *member_a = (const char *)of_a + field->offset, *member_b = (const char *)of_b + field->offset;
  if (field->type == TRACE_TYPE_NAME || field->type == TRACE_TYPE_ENDPOINT) {
    Name name_a = *(const Name *)member_a, name_b = *(const Name *)member_b;
    g_assert_cmpint(name_a == 0, ==, name_b == 0);
    g_assert_cmpstr(trace_text(a, name_a), ==, trace_text(b, name_b));
  } else {
    g_assert_cmpint(memcmp(member_a, member_b, size_of(field->type)), ==, 0);
  }
}

static void test_records_of_every_kind_with_extreme_values_come_back_as_they_were(void) {
  g_autoptr(Trace) written = new_extreme_trace();
  g_autofree char *text = write_text(written);
  g_autoptr(Trace) read = read_good(text);
  g_assert_cmpuint(read->count, ==, written->count);
  for (size_t n = 0; n < read->count; n++) {
    const TraceRecord *a = &written->records[n], *b = &read->records[n];
    unsigned count;
    const TraceField *fields = trace_kind_fields(a->kind, &count);
    g_assert_cmpint(a->t, ==, b->t);
    g_assert_cmpint(a->kind, ==, b->kind);
    for (unsigned i = 0; i < count; i++)
      assert_member_equal(written, read, &fields[i], a, b);
  }
  g_autofree char *again = write_text(read);
  g_assert_cmpstr(again, ==, text);
}

static void test_header_comes_back_as_it_was(void) {
  assert_read_and_written_again_is_the_same(HEADER);
  assert_read_and_written_again_is_the_same(
      "{\"t\":0,\"kind\":\"trace\",\"version\":1,\"scenario\":\"a/b\",\"title\":\"\\u001b \\\"T\\\"\",\"lesson\":\"\","
      "\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
      "\"seed\":18446744073709551615,\"run\":9007199254740993,"
      "\"hosts\":{\"b\":{\"profile\":\"linux\",\"address\":\"192.0.2.1\",\"params\":{\"z\":\"1\",\"a\":\"2\"}},\"a\":{}"
      "},"
      "\"links\":[{\"from\":\"a\",\"to\":\"b\",\"delay\":9223372036854775806,\"about\":\"loss 1%\"},"
      "{\"from\":\"b\",\"to\":\"a\",\"delay\":0}],\"faults\":[\"one\",\"two\"]}\n");
}

static void test_header_is_read_into_its_members(void) {
  g_autoptr(Trace) trace =
      read_good("{\"t\":0,\"kind\":\"trace\",\"version\":1,\"title\":\"T\",\"seed\":7,\"run\":8,\"hosts\":{\"h\":"
                "{\"profile\":\"linux\",\"params\":{\"msl\":\"30s\"}}},"
                "\"links\":[{\"from\":\"h\",\"to\":\"i\",\"delay\":5}],\"faults\":[\"drop\"]}");
  const TraceHeader *header = trace->header;
  g_assert_cmpstr(header->title, ==, "T");
  g_assert_null(header->scenario);
  g_assert_null(header->sha256);
  g_assert_cmpuint(header->seed, ==, 7);
  g_assert_cmpuint(header->run, ==, 8);
  const TraceHost *host = header->hosts->pdata[0];
  g_assert_cmpstr(host->name, ==, "h");
  g_assert_cmpstr(host->profile, ==, "linux");
  g_assert_null(host->address);
  const TraceParam *param = host->params->pdata[0];
  g_assert_cmpstr(param->name, ==, "msl");
  g_assert_cmpstr(param->value, ==, "30s");
  const TraceLink *link = header->links->pdata[0];
  g_assert_cmpstr(link->from, ==, "h");
  g_assert_cmpstr(link->to, ==, "i");
  g_assert_cmpint(link->delay, ==, 5);
  g_assert_null(link->about);
  g_assert_cmpstr(header->faults->pdata[0], ==, "drop");
  g_assert_cmpuint(trace->count, ==, 0);
}

static void test_fields_in_any_order_with_spaces_and_escapes_are_read(void) {
  g_autoptr(Trace) trace = read_good(" { \"run\" : 0 , \"version\" : 1 , \"kind\" : \"tr\\u0061ce\" , \"seed\" : 0 , "
                                     "\"t\" : 0 , \"hosts\" : { } , \"links\" : [ ] } \r\n"
                                     "{\"h\\u006fst\": \"\\ud83d\\ude00\\/\", \"kind\": \"host\", \"change\": "
                                     "\"reboot\",\t\"t\": 9007199254740993}");
  g_assert_cmpuint(trace->count, ==, 1);
  g_assert_cmpint(trace->records[0].t, ==, 9007199254740993);
  g_assert_cmpint(trace->records[0].host.change, ==, TRACE_WORD_REBOOT);
  g_assert_cmpstr(trace_text(trace, trace->records[0].host.host), ==, "😀/");
}

static void test_absent_fields_are_none(void) {
  g_autoptr(Trace) trace = read_good(HEADER "{\"t\":0,\"kind\":\"app\"}\n"
                                            "{\"t\":0,\"kind\":\"timer\",\"timer\":\"2msl\",\"change\":\"stopped\"}\n"
                                            "{\"t\":0,\"kind\":\"received\"}\n");
  g_assert_cmpint(trace->records[0].app.octets, ==, -1);
  g_assert_cmpuint(trace->records[0].app.host, ==, 0);
  g_assert_cmpuint(trace->records[0].app.port, ==, 0);
  g_assert_cmpint(trace->records[1].timer.until, ==, SIM_NEVER);
  g_assert_cmpuint(trace->records[2].received.id, ==, 0);
}

/* What is wrong with one line, where it stands, and what the message says. */
typedef struct Malformed {
  const char *text;
  TraceError code;
  const char *message;
} Malformed;

static void assert_refused(const Malformed *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    g_autoptr(GError) error = NULL;
    g_test_message("%s", cases[i].message);
    g_assert_null(trace_read(cases[i].text, strlen(cases[i].text), "run.jsonl", &error));
    g_assert_error(error, TRACE_ERROR, (gint)cases[i].code);
    g_assert_cmpstr(error->message, ==, cases[i].message);
  }
}

#define TIMER_LINE "{\"t\":0,\"kind\":\"timer\",\"timer\":\"2msl\",\"change\":\"armed\""

static void test_line_that_breaks_a_rule_of_fields_is_refused_with_its_place(void) {
  static const Malformed cases[] = {
      {HEADER "{\"t\":0}", TRACE_ERROR_FIELD, "run.jsonl:2: the line lacks \"kind\""},
      {HEADER "{\"t\":0,\"kind\":1}", TRACE_ERROR_FIELD, "run.jsonl:2: \"kind\" must be a string, not an integer"},
      {HEADER "{\"t\":0,\"kind\":\"recieved\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: unknown kind \"recieved\"; did you mean \"received\"?"},
      {HEADER "{\"t\":0,\"kind\":\"\\u001b[31mzzz\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: unknown kind \"\\u001b[31mzzz\""},
      {HEADER "{\"kind\":\"app\"}", TRACE_ERROR_FIELD, "run.jsonl:2: a record of kind \"app\" lacks \"t\""},
      {HEADER "{\"t\":0,\"kind\":\"app\"}\n{\"t\":0,\"kind\":\"app\",\"hots\":\"h\"}", TRACE_ERROR_FIELD,
       "run.jsonl:3: unknown field in a record of kind \"app\": \"hots\"; did you mean \"host\"?"},
      {HEADER TIMER_LINE ",\"until\":1,\"until\":1}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"until\" stands twice in a record of kind \"timer\""},
      {HEADER "{\"t\":0,\"kind\":\"timer\",\"change\":\"armed\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: a record of kind \"timer\" lacks \"timer\""},
      {HEADER "{\"t\":0,\"kind\":\"end\",\"reason\":\"idle\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: a record of kind \"end\" lacks \"events\""},
      {HEADER "{\"t\":0,\"kind\":\"timer\",\"timer\":\"2msl\",\"change\":\"crash\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: unknown word in \"change\": \"crash\""},
      {HEADER "{\"t\":0,\"kind\":\"timer\",\"timer\":\"2ml\",\"change\":\"armed\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: unknown timer in \"timer\": \"2ml\"; did you mean \"2msl\"?"},
      {HEADER "{\"t\":0,\"kind\":\"conn\",\"state\":\"FIN_WAIT1\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: unknown state in \"state\": \"FIN_WAIT1\"; did you mean \"FIN-WAIT-1\"?"},
      {HEADER TIMER_LINE ",\"host\":null}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"host\" must be a string, not true, false or null"},
      {HEADER TIMER_LINE ",\"until\":\"1\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"until\" must be an integer, not a string"},
      {HEADER TIMER_LINE ",\"until\":1.0}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"until\" must be an integer, not a number with fraction or exponent"},
      {HEADER "{\"t\":5,\"kind\":\"app\"}\n{\"t\":4,\"kind\":\"app\"}", TRACE_ERROR_FIELD,
       "run.jsonl:3: \"t\" is earlier than in the line before"},
      {HEADER "{\"t\":5,\"kind\":\"end\",\"reason\":\"idle\",\"events\":0}\n{\"t\":5,\"kind\":\"app\"}",
       TRACE_ERROR_FIELD, "run.jsonl:3: a record behind the one of kind \"end\""},
      {HEADER HEADER, TRACE_ERROR_FIELD, "run.jsonl:2: only the first line is of kind \"trace\""},
  };
  assert_refused(cases, G_N_ELEMENTS(cases));
}

#define SENT_LINE                                                                                                      \
  "{\"t\":0,\"kind\":\"sent\",\"seq\":0,\"ack\":0,\"len\":0,\"win\":0,\"raw_seq\":0,\"raw_ack\":0,\"attempt\":1"

static void test_value_out_of_range_is_refused_with_the_range(void) {
  static const Malformed cases[] = {
      {HEADER "{\"t\":-1,\"kind\":\"app\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"t\" must be from 0 to 9223372036854775806"},
      {HEADER "{\"t\":-0,\"kind\":\"app\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"t\" must be from 0 to 9223372036854775806"},
      {HEADER "{\"t\":9223372036854775807,\"kind\":\"app\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"t\" must be from 0 to 9223372036854775806"},
      {HEADER "{\"t\":99999999999999999999999999999,\"kind\":\"app\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"t\" must be from 0 to 9223372036854775806"},
      {HEADER "{\"t\":0,\"kind\":\"app\",\"octets\":-1}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"octets\" must be from 0 to 9223372036854775807"},
      {HEADER "{\"t\":0,\"kind\":\"app\",\"octets\":9223372036854775808}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"octets\" must be from 0 to 9223372036854775807"},
      {HEADER "{\"t\":0,\"kind\":\"app\",\"port\":0}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"port\" must be from 1 to 65535"},
      {HEADER "{\"t\":0,\"kind\":\"app\",\"port\":65536}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"port\" must be from 1 to 65535"},
      {HEADER "{\"t\":0,\"kind\":\"received\",\"id\":0}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"id\" must be from 1 to 18446744073709551615"},
      {HEADER "{\"t\":0,\"kind\":\"received\",\"id\":18446744073709551616}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"id\" must be from 1 to 18446744073709551615"},
      {HEADER "{\"t\":0,\"kind\":\"sent\",\"flags\":\".\",\"seq\":4294967296}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"seq\" must be from 0 to 4294967295"},
      {HEADER SENT_LINE ",\"flags\":\"FIN\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"flags\" must be TCP flags such as \"F.\", not \"FIN\""},
      {HEADER SENT_LINE ",\"flags\":\".\",\"opts\":\"\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"opts\" must be TCP options such as \"mss 1460,sackOK,TS 1 ecr 0,wscale 7\", not \"\""},
      {HEADER SENT_LINE ",\"flags\":\".\",\"opts\":\"mss 70000\"}", TRACE_ERROR_FIELD,
       "run.jsonl:2: \"opts\" must be TCP options such as \"mss 1460,sackOK,TS 1 ecr 0,wscale 7\", not \"mss 70000\""},
  };
  assert_refused(cases, G_N_ELEMENTS(cases));
}

#define FIRST "{\"t\":0,\"kind\":\"trace\",\"version\":1,\"seed\":0,\"run\":0"

static void test_first_line_that_is_no_header_of_this_version_is_refused(void) {
  static const Malformed cases[] = {
      {"{\"t\":0,\"kind\":\"app\"}", TRACE_ERROR_FIELD, "run.jsonl:1: a trace begins with a line of kind \"trace\""},
      {"{\"t\":0,\"kind\":\"trace\",\"seed\":0,\"run\":0}", TRACE_ERROR_FIELD,
       "run.jsonl:1: the first line lacks \"version\""},
      {"{\"kind\":\"trace\",\"version\":2,\"new\":[]}", TRACE_ERROR_VERSION,
       "run.jsonl:1: trace format version 2; this program reads version 1"},
      {"{\"t\":0,\"kind\":\"trace\",\"version\":\"1\"}", TRACE_ERROR_FIELD,
       "run.jsonl:1: \"version\" must be an integer, not a string"},
      {"{\"t\":0,\"kind\":\"trace\",\"version\":1,\"run\":0}", TRACE_ERROR_FIELD,
       "run.jsonl:1: the first line lacks \"seed\""},
      {"{\"t\":1,\"kind\":\"trace\",\"version\":1,\"seed\":0,\"run\":0}", TRACE_ERROR_FIELD,
       "run.jsonl:1: \"t\" must be from 0 to 0"},
      {FIRST ",\"titel\":\"x\"}", TRACE_ERROR_FIELD,
       "run.jsonl:1: unknown field in the first line: \"titel\"; did you mean \"title\"?"},
      {FIRST ",\"sha256\":\"ABC\"}", TRACE_ERROR_FIELD,
       "run.jsonl:1: \"sha256\" must be 64 hexadecimal digits in lower case"},
      {FIRST ",\"hosts\":[]}", TRACE_ERROR_FIELD, "run.jsonl:1: \"hosts\" must be an object, not an array"},
      {FIRST ",\"hosts\":{\"a\":1}}", TRACE_ERROR_FIELD, "run.jsonl:1: \"hosts\" must be an object, not an integer"},
      {FIRST ",\"hosts\":{\"a\":{},\"a\":{}}}", TRACE_ERROR_FIELD, "run.jsonl:1: two hosts have the same name"},
      {FIRST ",\"hosts\":{\"a\":{\"adress\":\"x\"}}}", TRACE_ERROR_FIELD,
       "run.jsonl:1: unknown field in a host: \"adress\"; did you mean \"address\"?"},
      {FIRST ",\"hosts\":{\"a\":{\"params\":{\"msl\":30}}}}", TRACE_ERROR_FIELD,
       "run.jsonl:1: \"params\" must be a string, not an integer"},
      {FIRST ",\"hosts\":{\"a\":{\"params\":{\"m\":\"\",\"m\":\"\"}}}}", TRACE_ERROR_FIELD,
       "run.jsonl:1: two parameters of a host have the same name"},
      {FIRST ",\"links\":{}}", TRACE_ERROR_FIELD, "run.jsonl:1: \"links\" must be an array, not an object"},
      {FIRST ",\"links\":[{\"from\":\"a\",\"delay\":1}]}", TRACE_ERROR_FIELD, "run.jsonl:1: a link lacks \"to\""},
      {FIRST ",\"links\":[{\"from\":\"a\",\"to\":\"b\",\"delay\":-1}]}", TRACE_ERROR_FIELD,
       "run.jsonl:1: \"delay\" must be from 0 to 9223372036854775806"},
      {FIRST ",\"faults\":[1]}", TRACE_ERROR_FIELD, "run.jsonl:1: \"faults\" must be a string, not an integer"},
  };
  assert_refused(cases, G_N_ELEMENTS(cases));
}

static void test_line_that_is_not_json_is_refused_with_its_place(void) {
  static const Malformed cases[] = {
      {"", TRACE_ERROR_SYNTAX, "run.jsonl:1: an empty line"},
      {"\n" HEADER, TRACE_ERROR_SYNTAX, "run.jsonl:1: an empty line"},
      {HEADER "\n", TRACE_ERROR_SYNTAX, "run.jsonl:2: an empty line"},
      {HEADER "[]", TRACE_ERROR_SYNTAX, "run.jsonl:2: a line must be one JSON object"},
      {HEADER "{\"t\":0,\"kind\":\"app\"", TRACE_ERROR_SYNTAX, "run.jsonl:2: a comma or } is missing"},
      {HEADER "{\"t\":0,\"kind\":\"app\"}}", TRACE_ERROR_SYNTAX, "run.jsonl:2: something follows the object"},
      {HEADER "{\"t\":0,}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a key in double quotes is missing"},
      {HEADER "{'t':0}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a key in double quotes is missing"},
      {HEADER "{\"t\" 0}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a colon is missing behind a key"},
      {HEADER "{\"t\":}", TRACE_ERROR_SYNTAX, "run.jsonl:2: not JSON: a value is missing or misspelt"},
      {HEADER "{\"t\":[1 2]}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a comma or ] is missing"},
      {HEADER "{\"t\":NaN}", TRACE_ERROR_SYNTAX, "run.jsonl:2: not JSON: a value is missing or misspelt"},
      {HEADER "{\"t\":01}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a number with a leading zero"},
      {HEADER "{\"t\":1.}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong number"},
      {HEADER "{\"t\":-}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong number"},
      {HEADER "{\"t\":1e}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong number"},
      {HEADER "{\"t\":\"\\x\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong escape in a string"},
      {HEADER "{\"t\":\"\\u12g4\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong escape in a string"},
      {HEADER "{\"t\":\"\\ud800\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong escape in a string"},
      {HEADER "{\"t\":\"\\udc00\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong escape in a string"},
      {HEADER "{\"t\":\"\\ud800\\ud800\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a wrong escape in a string"},
      {HEADER "{\"t\":\"\\u0000\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: U+0000 in a string"},
      {HEADER "{\"t\":\"\t\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: a raw control character in a string"},
      {HEADER "{\"t\":\"\xc0\xaf\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: not UTF-8"},
      {HEADER "{\"t\":\"\xff\"}", TRACE_ERROR_SYNTAX, "run.jsonl:2: not UTF-8"},
      {HEADER "{\"t", TRACE_ERROR_SYNTAX, "run.jsonl:2: a string does not end"},
      {HEADER "[[[[[[[[[]]]]]]]]]", TRACE_ERROR_SYNTAX, "run.jsonl:2: nested too deeply"},
      {"\xef\xbb\xbf" HEADER, TRACE_ERROR_SYNTAX, "run.jsonl:1: not JSON: a value is missing or misspelt"},
  };
  assert_refused(cases, G_N_ELEMENTS(cases));
}

static void test_nul_octet_anywhere_is_refused(void) {
  static const char text[] = HEADER "{\"t\":0,\"kind\":\"app\",\"host\":\"abc\"}";
  for (size_t i = 0; i < sizeof text - 1; i++) {
    g_autoptr(GError) error = NULL;
    char broken[sizeof text];
    memcpy(broken, text, sizeof text);
    broken[i] = '\0';
    g_assert_null(trace_read(broken, sizeof text - 1, "nul", &error));
    g_assert_error(error, TRACE_ERROR, TRACE_ERROR_SYNTAX);
  }
}

static void test_bomb_of_brackets_is_refused_without_recursion_to_its_end(void) {
  g_autofree char *bomb = g_strnfill(TRACE_LINE_MAX - 100, '[');
  g_autofree char *text = g_strconcat(HEADER, bomb, NULL);
  g_autoptr(GError) error = NULL;
  g_assert_null(trace_read(text, strlen(text), "bomb", &error));
  g_assert_cmpstr(error->message, ==, "bomb:2: nested too deeply");
}

static void test_line_of_the_greatest_length_is_read_and_one_octet_more_refused(void) {
  static const char start[] = "{\"t\":0,\"kind\":\"app\"";
  g_autofree char *spaces = g_strnfill(TRACE_LINE_MAX - (sizeof start - 1) - 1, ' ');
  g_autofree char *longest = g_strconcat(HEADER, start, spaces, "}\n", NULL);
  g_autofree char *too_long = g_strconcat(HEADER, start, spaces, " }\n", NULL);
  g_autoptr(Trace) trace = read_good(longest);
  g_assert_cmpuint(trace->count, ==, 1);
  g_autoptr(GError) error = NULL;
  g_assert_null(trace_read(too_long, strlen(too_long), "long", &error));
  g_assert_cmpstr(error->message, ==, "long:2: the line is longer than 4194304 octets");
}

/* 100,000 distinct hosts: quadratic work would show. */
static void test_header_with_very_many_hosts_is_read_soon(void) {
  enum { MANY = 100000 };
  GString *text = g_string_new(FIRST ",\"hosts\":{");
  for (unsigned i = 0; i < MANY; i++)
    g_string_append_printf(text, "%s\"host%u\":{}", i ? "," : "", i);
  g_string_append(text, "}}\n");
  g_autoptr(Trace) trace = read_good(text->str);
  g_assert_cmpuint(trace->header->hosts->len, ==, MANY);
  g_string_free(text, TRUE);
}

/* Two lines with every sort of value in them. */
static const char *sample(void) {
  return "{\"t\":0,\"kind\":\"trace\",\"version\":1,\"title\":\"é\\u001b\",\"seed\":1,\"run\":0,"
         "\"hosts\":{\"a\":{\"params\":{\"msl\":\"30s\"}}},\"links\":[{\"from\":\"a\",\"to\":\"b\",\"delay\":5}],"
         "\"faults\":[\"drop\"]}\n"
         "{\"t\":1,\"kind\":\"sent\",\"host\":\"a\",\"id\":7,\"flags\":\"F.\",\"seq\":1,\"ack\":1,\"len\":0,\"win\":"
         "65535,"
         "\"opts\":\"mss 1460,TS 1 ecr 2,sack 1:2\",\"raw_seq\":1,\"raw_ack\":2,\"sport\":80,\"attempt\":1}\n"
         "{\"t\":2,\"kind\":\"end\",\"reason\":\"idle\",\"events\":18446744073709551615}\n";
}

static void test_trace_cut_off_anywhere_is_refused_unless_a_line_ends_there(void) {
  const char *text = sample();
  size_t length = strlen(text);
  for (size_t cut = 0; cut <= length; cut++) {
    g_autoptr(GError) error = NULL;
    /* An allocation of the exact size, so that a checker sees a read beyond the end. */
    g_autofree char *start = g_malloc(cut ? cut : 1);
    memcpy(start, text, cut);
    g_autoptr(Trace) trace = trace_read(start, cut, "cut", &error);
    gboolean whole = cut > 0 && (text[cut - 1] == '\n' || text[cut] == '\n');
    g_assert_cmpint(trace != NULL, ==, whole);
    if (!whole)
      g_assert_error(error, TRACE_ERROR, TRACE_ERROR_SYNTAX);
  }
}

/* Each octet replaced by each of those that mean something: no crash, and what is taken is written and read again. */
static void test_trace_with_one_octet_changed_is_refused_or_stays_a_trace(void) {
  static const char replacements[] = "\n\"\\{}[]:,0-9.eun \x01\x7f\x80\xc3\xff";
  const char *text = sample();
  size_t length = strlen(text), taken = 0, refused = 0;
  for (size_t i = 0; i < length; i++)
    for (size_t k = 0; k < sizeof replacements - 1; k++) {
      g_autoptr(GError) error = NULL;
      g_autofree char *changed = g_strdup(text);
      changed[i] = replacements[k];
      g_autoptr(Trace) trace = trace_read(changed, length, "changed", &error);
      if (trace) {
        g_autofree char *written = write_text(trace);
        assert_read_and_written_again_is_the_same(written);
        taken++;
      } else {
        g_assert_true(error->domain == TRACE_ERROR);
        g_assert_true(g_str_has_prefix(error->message, "changed:"));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        refused++;
      }
    }
  g_assert_cmpuint(taken, >, length);
  g_assert_cmpuint(refused, >, taken);
}

static void test_example_of_the_document_is_a_trace_as_the_program_writes_it(void) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "docs", "trace-format.md", NULL);
  g_autofree char *document = NULL;
  g_assert_true(g_file_get_contents(path, &document, NULL, NULL));
  static const char opening[] = "```jsonl\n";
  const char *start = strstr(document, opening);
  g_assert_nonnull(start);
  start += sizeof opening - 1;
  g_autofree char *example = g_strndup(start, (gsize)(strstr(start, "```") - start));
  assert_read_and_written_again_is_the_same(example);
}

static void test_file_is_read_in_parts_as_text_is_at_once(void) {
  g_autoptr(Trace) written = new_extreme_trace();
  g_autofree char *text = write_text(written), *path = NULL;
  g_autoptr(GError) error = NULL;
  g_assert_cmpuint(strlen(text), >, 2 * 65536);
  int handle = g_file_open_tmp("trace-XXXXXX", &path, &error);
  g_assert_no_error(error);
  g_close(handle, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  g_autoptr(Trace) read = trace_read_file(path, &error);
  g_assert_no_error(error);
  g_autofree char *again = write_text(read);
  g_assert_cmpstr(again, ==, text);

  g_assert_true(g_file_set_contents(path, HEADER "{}", -1, NULL));
  g_assert_null(trace_read_file(path, &error));
  g_assert_error(error, TRACE_ERROR, TRACE_ERROR_FIELD);
  g_autofree char *expected = g_strconcat(path, ":2: the line lacks \"kind\"", NULL);
  g_assert_cmpstr(error->message, ==, expected);
  g_remove(path);
}

static void test_file_that_cannot_be_read_is_reported(void) {
  g_autoptr(GError) missing = NULL, folder = NULL;
  g_assert_null(trace_read_file("no-such-folder/no-such-file", &missing));
  g_assert_error(missing, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_null(trace_read_file("/", &folder));
  g_assert_error(folder, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
}

static void test_file_that_never_ends_is_refused_soon(void) {
  if (!g_file_test("/dev/zero", G_FILE_TEST_EXISTS)) {
    g_test_skip("this system has no /dev/zero");
    return;
  }
  g_autoptr(GError) error = NULL;
  g_assert_null(trace_read_file("/dev/zero", &error));
  g_assert_cmpstr(error->message, ==, "/dev/zero:1: the line is longer than 4194304 octets");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add_func("/trace-reader/" path, test)
  ADD("records-of-every-kind-with-extreme-values-come-back-as-they-were",
      test_records_of_every_kind_with_extreme_values_come_back_as_they_were);
  ADD("header-comes-back-as-it-was", test_header_comes_back_as_it_was);
  ADD("header-is-read-into-its-members", test_header_is_read_into_its_members);
  ADD("fields-in-any-order-with-spaces-and-escapes-are-read",
      test_fields_in_any_order_with_spaces_and_escapes_are_read);
  ADD("absent-fields-are-none", test_absent_fields_are_none);
  ADD("line-that-breaks-a-rule-of-fields-is-refused-with-its-place",
      test_line_that_breaks_a_rule_of_fields_is_refused_with_its_place);
  ADD("value-out-of-range-is-refused-with-the-range", test_value_out_of_range_is_refused_with_the_range);
  ADD("first-line-that-is-no-header-of-this-version-is-refused",
      test_first_line_that_is_no_header_of_this_version_is_refused);
  ADD("line-that-is-not-json-is-refused-with-its-place", test_line_that_is_not_json_is_refused_with_its_place);
  ADD("nul-octet-anywhere-is-refused", test_nul_octet_anywhere_is_refused);
  ADD("bomb-of-brackets-is-refused-without-recursion-to-its-end",
      test_bomb_of_brackets_is_refused_without_recursion_to_its_end);
  ADD("line-of-the-greatest-length-is-read-and-one-octet-more-refused",
      test_line_of_the_greatest_length_is_read_and_one_octet_more_refused);
  ADD("header-with-very-many-hosts-is-read-soon", test_header_with_very_many_hosts_is_read_soon);
  ADD("trace-cut-off-anywhere-is-refused-unless-a-line-ends-there",
      test_trace_cut_off_anywhere_is_refused_unless_a_line_ends_there);
  ADD("trace-with-one-octet-changed-is-refused-or-stays-a-trace",
      test_trace_with_one_octet_changed_is_refused_or_stays_a_trace);
  ADD("example-of-the-document-is-a-trace-as-the-program-writes-it",
      test_example_of_the_document_is_a_trace_as_the_program_writes_it);
  ADD("file-is-read-in-parts-as-text-is-at-once", test_file_is_read_in_parts_as_text_is_at_once);
  ADD("file-that-cannot-be-read-is-reported", test_file_that_cannot_be_read_is_reported);
  ADD("file-that-never-ends-is-refused-soon", test_file_that_never_ends_is_refused_soon);
#undef ADD
  return g_test_run();
}
