#include "trace/trace_writer.h"

#include <cjson/cJSON.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *write_text(const Trace *trace) {
  char *text = NULL;
  size_t length = 0;
  g_autoptr(GError) error = NULL;
  FILE *file = open_memstream(&text, &length);
  g_assert_true(trace_write_jsonl(trace, file, &error));
  g_assert_no_error(error);
  fclose(file);
  g_assert_cmpuint(strlen(text), ==, length);
  char *copy = g_strdup(text);
  free(text);
  return copy;
}

/* The second line of a trace with this record alone. */
static char *write_record(Names *names, const TraceRecord *record) {
  Trace *trace = trace_new(NULL, names);
  trace_append(trace, record);
  g_autofree char *text = write_text(trace);
  const char *line = strchr(text, '\n') + 1;
  char *copy = g_strndup(line, strlen(line) - 1);
  trace_free(trace);
  return copy;
}

/* The names that the records below carry, interned by their place in the list. */
enum { CLIENT = 1, SERVER, WEB, END_A, END_B, APP, CLOSE, OK, RFC, BY, AT, ERROR };
static Names *new_names(void) {
  static const char *const texts[] = {
      "client", "server", "web",    "192.0.2.1:49152", "192.0.2.2:80",       "client.web",
      "close",  "ok",     "3.10.4", "fault 1",         "link client>server", "EADDRINUSE"};
  Names *names = names_new();
  for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
    g_assert_cmpuint(names_intern(names, texts[i]), ==, i + 1);
  return names;
}

typedef struct Case {
  TraceRecord record;
  const char *line;
} Case;

static void assert_lines(const Case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    g_autofree char *line = write_record(new_names(), &cases[i].record);
    g_assert_cmpstr(line, ==, cases[i].line);
  }
}

static const Case connection_cases[] = {
    {{.t = 0, .kind = TRACE_CONN, .connection = {WEB, CLIENT, END_A, SERVER, END_B, TCP_STATE_ESTABLISHED}},
     "{\"t\":0,\"kind\":\"conn\",\"conn\":\"web\",\"client_host\":\"client\",\"client\":\"192.0.2.1:49152\","
     "\"server_host\":\"server\",\"server\":\"192.0.2.2:80\",\"state\":\"ESTABLISHED\"}"},
    {{.t = 1, .kind = TRACE_HOST, .host = {SERVER, TRACE_WORD_CRASH}},
     "{\"t\":1,\"kind\":\"host\",\"host\":\"server\",\"change\":\"crash\"}"},
    {{.t = 2, .kind = TRACE_LINK, .link = {AT, TRACE_WORD_DOWN}},
     "{\"t\":2,\"kind\":\"link\",\"link\":\"link client>server\",\"change\":\"down\"}"},
    {{.t = 3, .kind = TRACE_APP, .app = {CLIENT, WEB, APP, CLOSE, 0, OK, 1000, 49152}},
     "{\"t\":3,\"kind\":\"app\",\"host\":\"client\",\"conn\":\"web\",\"app\":\"client.web\",\"call\":\"close\","
     "\"result\":\"ok\",\"octets\":1000,\"port\":49152}"},
    {{.t = 4,
      .kind = TRACE_STATE,
      .state = {CLIENT, WEB, TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, TCP_CALL_CLOSE, TCP_GUARD_ALWAYS, RFC, 7}},
     "{\"t\":4,\"kind\":\"state\",\"host\":\"client\",\"conn\":\"web\",\"from\":\"ESTABLISHED\",\"to\":\"FIN-WAIT-1\","
     "\"stimulus\":\"CALL_CLOSE\",\"guard\":\"ALWAYS\",\"rfc\":\"3.10.4\",\"cause\":7}"},
    {{.t = 5,
      .kind = TRACE_RULE,
      .rule = {CLIENT, WEB, TCP_STATE_TIME_WAIT, TRACE_WORD_STAY, TCP_SEG_RST, TCP_GUARD_SYN_ACKED, RFC, 8}},
     "{\"t\":5,\"kind\":\"rule\",\"host\":\"client\",\"conn\":\"web\",\"state\":\"TIME-WAIT\",\"outcome\":\"stay\","
     "\"stimulus\":\"SEG_RST\",\"guard\":\"SYN_ACKED\",\"rfc\":\"3.10.4\",\"cause\":8}"},
    {{.t = 6, .kind = TRACE_TIMER, .timer = {CLIENT, WEB, TCP_TIMER_RETRANSMISSION, TRACE_WORD_ARMED, SIM_MS(300)}},
     "{\"t\":6,\"kind\":\"timer\",\"host\":\"client\",\"conn\":\"web\",\"timer\":\"retransmission\",\"change\":"
     "\"armed\","
     "\"until\":300000000}"},
    {{.t = 7, .kind = TRACE_PORT, .port = {CLIENT, 80, TRACE_WORD_REFUSED, WEB, APP, SIM_S(60), ERROR}},
     "{\"t\":7,\"kind\":\"port\",\"host\":\"client\",\"port\":80,\"change\":\"refused\",\"conn\":\"web\","
     "\"app\":\"client.web\",\"until\":60000000000,\"error\":\"EADDRINUSE\"}"},
    {{.t = SIM_NEVER - 1, .kind = TRACE_END, .end = {TRACE_WORD_IDLE, UINT64_MAX}},
     "{\"t\":9223372036854775806,\"kind\":\"end\",\"reason\":\"idle\",\"events\":18446744073709551615}"},
};

static void test_record_of_each_kind_about_ends_prints_its_fields_in_order(void) {
  assert_lines(connection_cases, G_N_ELEMENTS(connection_cases));
}

static const Case segment_cases[] = {
    {{.t = 1,
      .kind = TRACE_SENT,
      .sent = {.host = CLIENT,
               .peer = SERVER,
               .conn = WEB,
               .id = 9007199254740993,
               .flags = TCP_FIN | TCP_ACK,
               .seq = 1,
               .ack = 2,
               .len = 3,
               .win = 65535,
               .opts = {.has = TCP_OPT_TS, .ts_val = 4, .ts_ecr = 5},
               .raw_seq = 4294967295,
               .raw_ack = 6,
               .sport = 49152,
               .dport = 80,
               .attempt = 2,
               .why = OK,
               .cause = 7}},
     "{\"t\":1,\"kind\":\"sent\",\"host\":\"client\",\"peer\":\"server\",\"conn\":\"web\",\"id\":9007199254740993,"
     "\"flags\":\"F.\",\"seq\":1,\"ack\":2,\"len\":3,\"win\":65535,\"opts\":\"TS 4 ecr 5\",\"raw_seq\":4294967295,"
     "\"raw_ack\":6,\"sport\":49152,\"dport\":80,\"attempt\":2,\"why\":\"ok\",\"cause\":7}"},
    {{.t = 2, .kind = TRACE_RECEIVED, .received = {SERVER, CLIENT, WEB, 9}},
     "{\"t\":2,\"kind\":\"received\",\"host\":\"server\",\"peer\":\"client\",\"conn\":\"web\",\"id\":9}"},
    {{.t = 3, .kind = TRACE_DROPPED, .dropped = {CLIENT, SERVER, WEB, 9, AT, BY}},
     "{\"t\":3,\"kind\":\"dropped\",\"host\":\"client\",\"peer\":\"server\",\"conn\":\"web\",\"id\":9,"
     "\"at\":\"link client>server\",\"by\":\"fault 1\"}"},
    {{.t = 4, .kind = TRACE_DUPLICATED, .duplicated = {CLIENT, SERVER, WEB, 9, 10, BY}},
     "{\"t\":4,\"kind\":\"duplicated\",\"host\":\"client\",\"peer\":\"server\",\"conn\":\"web\",\"id\":9,\"copy\":10,"
     "\"by\":\"fault 1\"}"},
    {{.t = 5, .kind = TRACE_DELAYED, .delayed = {CLIENT, SERVER, WEB, 9, 0, BY}},
     "{\"t\":5,\"kind\":\"delayed\",\"host\":\"client\",\"peer\":\"server\",\"conn\":\"web\",\"id\":9,\"delay\":0,"
     "\"by\":\"fault 1\"}"},
    {{.t = 6, .kind = TRACE_CORRUPTED, .corrupted = {CLIENT, SERVER, WEB, 9, BY}},
     "{\"t\":6,\"kind\":\"corrupted\",\"host\":\"client\",\"peer\":\"server\",\"conn\":\"web\",\"id\":9,"
     "\"by\":\"fault 1\"}"},
    {{.t = 7, .kind = TRACE_INJECTED, .injected = {.host = CLIENT, .peer = SERVER, .flags = TCP_RST, .by = BY}},
     "{\"t\":7,\"kind\":\"injected\",\"host\":\"client\",\"peer\":\"server\",\"flags\":\"R\",\"seq\":0,\"ack\":0,"
     "\"len\":0,\"win\":0,\"raw_seq\":0,\"raw_ack\":0,\"by\":\"fault 1\"}"},
    {{.t = 8, .kind = TRACE_DISCARDED, .discarded = {SERVER, WEB, 9, TCP_CHECK_SEQUENCE, RFC}},
     "{\"t\":8,\"kind\":\"discarded\",\"host\":\"server\",\"conn\":\"web\",\"id\":9,\"check\":\"sequence\","
     "\"rfc\":\"3.10.4\"}"},
};

static void test_record_of_each_kind_about_segments_prints_its_fields_in_order(void) {
  assert_lines(segment_cases, G_N_ELEMENTS(segment_cases));
}

static void test_fields_without_a_value_are_left_out(void) {
  static const Case cases[] = {
      {{.kind = TRACE_CONN}, "{\"t\":0,\"kind\":\"conn\",\"state\":\"CLOSED\"}"},
      {{.kind = TRACE_APP, .app = {.octets = -1}}, "{\"t\":0,\"kind\":\"app\"}"},
      {{.kind = TRACE_APP, .app = {.octets = INT64_MIN}}, "{\"t\":0,\"kind\":\"app\"}"},
      {{.kind = TRACE_APP, .app = {.octets = 0}}, "{\"t\":0,\"kind\":\"app\",\"octets\":0}"},
      {{.kind = TRACE_TIMER, .timer = {.change = TRACE_WORD_STOPPED, .until = SIM_NEVER}},
       "{\"t\":0,\"kind\":\"timer\",\"timer\":\"retransmission\",\"change\":\"stopped\"}"},
      {{.kind = TRACE_SENT},
       "{\"t\":0,\"kind\":\"sent\",\"flags\":\"-\",\"seq\":0,\"ack\":0,\"len\":0,\"win\":0,\"raw_seq\":0,\"raw_ack\":0,"
       "\"attempt\":0}"},
  };
  assert_lines(cases, G_N_ELEMENTS(cases));
}

/* Whatever the text, the line is valid UTF-8 and JSON, and shows nothing that could act on a terminal. */
static void test_name_with_hostile_text_prints_escaped(void) {
  static const struct {
    const char *text, *json;
  } cases[] = {
      {"", ""},
      {"a\"b\\c/d", "a\\\"b\\\\c/d"},
      {"\x01\t\n\x1b[31m\x7f", "\\u0001\\u0009\\u000a\\u001b[31m\\u007f"},
      {"\xc2\x80\xc2\x9f\xc2\xa0", "\\u0080\\u009f\xc2\xa0"},
      {"\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\xe2\x80\x8f", "\\u202e\\u2066\\u061c\\u200f"},
      {"\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf", "\\u2028\\u2029\\ufeff"},
      {"é ✗ 😀", "é ✗ 😀"},
      {"\xff", "\xef\xbf\xbd"},
      {"a\x80z", "a\xef\xbf\xbdz"},
      {"\xc3", "\xef\xbf\xbd"},
      {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xf0\x80\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Names *names = names_new();
    TraceRecord record = {.kind = TRACE_HOST, .host = {.host = names_intern(names, cases[i].text)}};
    g_autofree char *line = write_record(names, &record);
    g_autofree char *expected =
        g_strdup_printf("{\"t\":0,\"kind\":\"host\",\"host\":\"%s\",\"change\":\"crash\"}", cases[i].json);
    g_assert_cmpstr(line, ==, expected);
    g_assert_true(g_utf8_validate(line, -1, NULL));
    cJSON *json = cJSON_Parse(line);
    g_assert_nonnull(json);
    if (g_utf8_validate(cases[i].text, -1, NULL))
      g_assert_cmpstr(cJSON_GetObjectItem(json, "host")->valuestring, ==, cases[i].text);
    cJSON_Delete(json);
  }
}

static void test_very_long_name_prints_whole(void) {
  Names *names = names_new();
  g_autofree char *text = g_strnfill(100000, 'n');
  Name name = names_intern(names, text);
  TraceRecord record = {.kind = TRACE_RECEIVED, .received = {name, name, name, UINT64_MAX}};
  g_autofree char *line = write_record(names, &record);
  g_autofree char *expected = g_strdup_printf(
      "{\"t\":0,\"kind\":\"received\",\"host\":\"%s\",\"peer\":\"%s\",\"conn\":\"%s\",\"id\":18446744073709551615}",
      text, text, text);
  g_assert_cmpstr(line, ==, expected);
}

static TraceHeader *new_header(void) {
  TraceHeader *header = trace_header_new();
  header->scenario = g_strdup("loss/first-fin-lost");
  header->title = g_strdup("The \"first\" FIN is lost\x1b");
  header->lesson = g_strdup("A FIN takes a sequence number.");
  header->sha256 = g_strnfill(64, 'a');
  header->seed = UINT64_MAX;
  header->run = 3;
  TraceHost *client = trace_header_add_host(header, "client", "linux", "192.0.2.1");
  client->role = g_strdup("wire");
  trace_host_add_param(client, "time_wait", "60s");
  trace_host_add_param(client, "retries", "8");
  trace_host_add_param(trace_header_add_host(header, "server", NULL, NULL), "msl", "30s");
  trace_header_add_host(header, "other", NULL, NULL);
  trace_header_add_link(header, "client", "server", SIM_MS(50), "loss 1%");
  trace_header_add_link(header, "server", "client", 0, NULL);
  g_ptr_array_add(header->faults, g_strdup("drop the first FIN from client"));
  g_ptr_array_add(header->faults, g_strdup("delay the second"));
  return header;
}

static void test_header_prints_all_that_it_holds(void) {
  Trace *trace = trace_new(new_header(), NULL);
  g_autofree char *text = write_text(trace);
  g_assert_cmpstr(text, ==,
                  "{\"t\":0,\"kind\":\"trace\",\"version\":1,\"scenario\":\"loss/first-fin-lost\","
                  "\"title\":\"The \\\"first\\\" FIN is lost\\u001b\",\"lesson\":\"A FIN takes a sequence number.\","
                  "\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
                  "\"seed\":18446744073709551615,\"run\":3,"
                  "\"hosts\":{\"client\":{\"profile\":\"linux\",\"address\":\"192.0.2.1\","
                  "\"role\":\"wire\",\"params\":{\"time_wait\":\"60s\",\"retries\":\"8\"}},"
                  "\"server\":{\"params\":{\"msl\":\"30s\"}},\"other\":{}},"
                  "\"links\":[{\"from\":\"client\",\"to\":\"server\",\"delay\":50000000,\"about\":\"loss 1%\"},"
                  "{\"from\":\"server\",\"to\":\"client\",\"delay\":0}],"
                  "\"faults\":[\"drop the first FIN from client\",\"delay the second\"]}\n");
  trace_free(trace);
}

static void test_header_that_holds_nothing_prints_what_is_always_there(void) {
  Trace *empty = trace_new(trace_header_new(), NULL), *none = trace_new(NULL, NULL);
  g_autofree char *of_empty = write_text(empty), *of_none = write_text(none);
  g_assert_cmpstr(of_empty, ==, "{\"t\":0,\"kind\":\"trace\",\"version\":1,\"seed\":0,\"run\":0}\n");
  g_assert_cmpstr(of_none, ==, of_empty);
  trace_free(empty);
  trace_free(none);
}

/* The keys of each object of the line above, against the tables of docs/trace-format.md. */
static void assert_keys_documented(const char *document, const char *heading, const cJSON *object) {
  const char *section = strstr(document, heading);
  g_assert_nonnull(section);
  const char *row = strstr(section, "\n|---");
  g_assert_nonnull(row);
  row = strchr(row + 1, '\n') + 1;
  for (const cJSON *member = object->child; member; member = member->next) {
    g_autofree char *start = g_strdup_printf("| `%s` |", member->string);
    g_assert_true(g_str_has_prefix(row, start));
    row = strchr(row, '\n') + 1;
  }
  g_assert_false(g_str_has_prefix(row, "|"));
}

static void test_document_has_every_key_of_the_header_once_and_no_other(void) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "docs", "trace-format.md", NULL);
  g_autofree char *document = NULL;
  g_assert_true(g_file_get_contents(path, &document, NULL, NULL));
  Trace *trace = trace_new(new_header(), NULL);
  g_autofree char *text = write_text(trace);
  cJSON *json = cJSON_Parse(text);
  g_assert_nonnull(json);
  assert_keys_documented(document, "## The first line", json);
  assert_keys_documented(document, "### Members of a host", cJSON_GetObjectItem(json, "hosts")->child);
  assert_keys_documented(document, "### Members of a link", cJSON_GetObjectItem(json, "links")->child);
  cJSON_Delete(json);
  trace_free(trace);
}

static void test_no_sink_means_off_and_takes_any_record(void) {
  Tracer tracer = {0};
  TraceRecord record = {.kind = TRACE_END};
  g_assert_false(tracer_on(&tracer));
  tracer_put(&tracer, &record);
  trace_sink_free(NULL);
}

static void test_memory_sink_keeps_records_in_order_and_as_they_were(void) {
  enum { MANY = 1000 };
  Trace *trace = trace_new(NULL, NULL);
  Tracer tracer = {.sink = trace_sink_memory_new(trace), .names = trace->names};
  g_assert_true(tracer_on(&tracer));
  for (unsigned i = 0; i < MANY; i++) {
    TraceRecord record = {.t = i, .kind = TRACE_RECEIVED, .received = {.id = UINT64_MAX - i}};
    tracer_put(&tracer, &record);
    record.received.id = 0;
  }
  trace_sink_free(tracer.sink);
  g_assert_cmpuint(trace->count, ==, MANY);
  for (unsigned i = 0; i < MANY; i++) {
    g_assert_cmpint(trace->records[i].t, ==, i);
    g_assert_cmpint(trace->records[i].kind, ==, TRACE_RECEIVED);
    g_assert_cmpuint(trace->records[i].received.id, ==, UINT64_MAX - i);
  }
  trace_free(trace);
}

/* Names that come while the sink is at work, as those of late connections do. */
static void test_jsonl_sink_prints_the_same_octets_as_the_trace_from_memory(void) {
  Trace *trace = trace_new(new_header(), NULL);
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  TraceSink *memory = trace_sink_memory_new(trace), *jsonl = trace_sink_jsonl_new(file, trace->header, trace->names);
  for (unsigned i = 0; i < 300; i++) {
    char name[16];
    g_snprintf(name, sizeof name, "conn\t%u", i % 100);
    Name conn = names_intern(trace->names, name);
    TraceRecord record = {.t = i, .kind = TRACE_RECEIVED, .received = {conn, 0, conn, i}};
    memory->put(memory, &record);
    jsonl->put(jsonl, &record);
  }
  trace_sink_free(memory);
  trace_sink_free(jsonl);
  fclose(file);
  g_autofree char *again = write_text(trace);
  g_assert_cmpstr(again, ==, text);
  free(text);
  trace_free(trace);
}

static void test_disk_that_is_full_is_reported(void) {
  FILE *full = fopen("/dev/full", "w");
  if (!full) {
    g_test_skip("this system has no /dev/full");
    return;
  }
  Trace *trace = trace_new(NULL, NULL);
  TraceRecord record = {.kind = TRACE_END};
  g_autoptr(GError) small = NULL, large = NULL;
  trace_append(trace, &record);
  g_assert_false(trace_write_jsonl(trace, full, &small));
  g_assert_error(small, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  for (unsigned i = 0; i < 10000; i++)
    trace_append(trace, &record);
  g_assert_false(trace_write_jsonl(trace, full, &large));
  g_assert_error(large, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  fclose(full);
  trace_free(trace);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add_func("/trace-writer/" path, test)
  ADD("record-of-each-kind-about-ends-prints-its-fields-in-order",
      test_record_of_each_kind_about_ends_prints_its_fields_in_order);
  ADD("record-of-each-kind-about-segments-prints-its-fields-in-order",
      test_record_of_each_kind_about_segments_prints_its_fields_in_order);
  ADD("fields-without-a-value-are-left-out", test_fields_without_a_value_are_left_out);
  ADD("name-with-hostile-text-prints-escaped", test_name_with_hostile_text_prints_escaped);
  ADD("very-long-name-prints-whole", test_very_long_name_prints_whole);
  ADD("header-prints-all-that-it-holds", test_header_prints_all_that_it_holds);
  ADD("header-that-holds-nothing-prints-what-is-always-there",
      test_header_that_holds_nothing_prints_what_is_always_there);
  ADD("document-has-every-key-of-the-header-once-and-no-other",
      test_document_has_every_key_of_the_header_once_and_no_other);
  ADD("no-sink-means-off-and-takes-any-record", test_no_sink_means_off_and_takes_any_record);
  ADD("memory-sink-keeps-records-in-order-and-as-they-were", test_memory_sink_keeps_records_in_order_and_as_they_were);
  ADD("jsonl-sink-prints-the-same-octets-as-the-trace-from-memory",
      test_jsonl_sink_prints_the_same_octets_as_the_trace_from_memory);
  ADD("disk-that-is-full-is-reported", test_disk_that_is_full_is_reported);
#undef ADD
  return g_test_run();
}
