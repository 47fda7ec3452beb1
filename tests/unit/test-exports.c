/* The text exports: tables, diagrams, the page of a run. What tools make of them is for tests/test-exports. */
#include "output/export/csv.h"
#include "output/export/export.h"
#include "output/export/index.h"
#include "output/export/mermaid.h"
#include "output/export/mscgen.h"
#include "output/export/plantuml.h"
#include "text-traces.h"

#include <string.h>

typedef gboolean (*Writer)(const Trace *trace, GString *out, GError **error);

static void assert_same(const void *one, size_t one_length, const void *two, size_t two_length) {
  g_assert_cmpuint(one_length, ==, two_length);
  g_assert_true(memcmp(one, two, one_length) == 0);
}

static char *text_by(Writer writer, const Trace *trace) {
  GString *out = g_string_new(NULL);
  g_assert_true(writer(trace, out, NULL));
  return g_string_free(out, FALSE);
}

static char *cell(const char *text) {
  GString *out = g_string_new(NULL);
  csv_append_text(out, text);
  return g_string_free(out, FALSE);
}

static void test_cells_are_quoted_and_formulas_defused(void) {
  static const struct {
    const char *text, *cell;
  } cases[] = {
      {"plain", "plain"},
      {"", ""},
      {"a,b", "\"a,b\""},
      {"say \"so\"", "\"say \"\"so\"\"\""},
      {"=1+1", "'=1+1"},
      {"+1", "'+1"},
      {"-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""},
      {"\tx", "'\u2409x"},
      {"\rx", "'\u240Dx"},
      {"\uFF1D1", "'\uFF1D1"},
      {"a\nb", "a\u240Ab"},
      {"a=b", "a=b"},
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = cell(cases[i].text);
    g_assert_cmpstr(text, ==, cases[i].cell);
  }
}

static void test_tables_have_a_row_for_each_stay_and_each_segment(void) {
  g_autoptr(Trace) trace = text_trace("four-segments");
  g_autofree char *states = text_by(csv_write_states, trace), *segments = text_by(csv_write_segments, trace);
  g_assert_nonnull(strstr(states, "\r\nweb,client,192.0.2.1:49152,client,TIME-WAIT,0.300000000,60.300000000,"
                                  "60.000000000,"));
  g_auto(GStrv) lines = g_strsplit(segments, "\r\n", -1);
  g_assert_cmpuint(g_strv_length(lines), ==, 1 + 4 + 1); /* titles, segments, nothing */
  g_assert_true(g_str_has_prefix(lines[1], "1,,web,client,server,sent,"));
}

static void test_seconds_keep_all_digits(void) {
  Script script;
  script_begin(&script, "Late", "client server", 50);
  script_conn(&script, "web", "client", "server", TCP_STATE_ESTABLISHED);
  script.now = INT64_C(9007199254740993); /* 2^53 + 1 */
  script_send(&script, "client", "server", "F. 1:1(0) ack 1");
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autofree char *text = text_by(csv_write_segments, trace);
  g_assert_nonnull(strstr(text, ",9007199.254740993,"));
}

static const char HOSTILE[] = "\"q\" \\ \\n ; # & < > %% {x} $(y) `z` \x1b[31m \u202E @enduml";

/* A trace whose title, hosts and connection mean something to every format. */
static Trace *hostile_trace(void) {
  Script script;
  script_begin(&script, HOSTILE, "end note", 50);
  script_conn(&script, "a\"];", "end", "note", TCP_STATE_ESTABLISHED);
  uint64_t id = script_send(&script, "end", "note", "F. 1:1(0) ack 1");
  script_drop(&script, id, "\";\n}# <b>");
  return script_end(&script, TRACE_WORD_IDLE);
}

static void test_diagrams_escape_what_means_something(void) {
  g_autoptr(Trace) trace = hostile_trace();
  g_autofree char *mermaid = text_by(mermaid_write, trace);
  g_autofree char *plantuml = text_by(plantuml_write, trace);
  g_autofree char *mscgen = text_by(mscgen_write, trace);
  g_assert_nonnull(
      strstr(mermaid, "title: #34;q#34; #92; #92;n #59; #35; #38; #60; #62; #37;#37; #123;x#125; #36;(y)"));
  g_assert_nonnull(strstr(mermaid, "as #101;nd"));
  g_assert_nonnull(strstr(plantuml, "title <U+0022>q<U+0022> <U+005C> <U+005C>n <U+003B> <U+0023> <U+0026> <U+003C>"));
  g_assert_null(strstr(plantuml, "@enduml\n@enduml"));
  g_assert_nonnull(strstr(mscgen, "[label=\"\\\"q\\\" \\ \\ n ; # & < >"));
  g_assert_nonnull(strstr(mscgen, "lost: \\\";\u240A}# <b>\""));
  const char *const texts[] = {mermaid, plantuml, mscgen};
  for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_assert_null(strchr(texts[i], '\x1b'));
    g_assert_null(strstr(texts[i], "\u202E"));
  }
}

static void test_a_lost_segment_ends_in_a_cross(void) {
  g_autoptr(Trace) trace = hostile_trace();
  g_autofree char *mermaid = text_by(mermaid_write, trace);
  g_autofree char *plantuml = text_by(plantuml_write, trace);
  g_autofree char *mscgen = text_by(mscgen_write, trace);
  g_assert_nonnull(strstr(mermaid, "\n  h0-xh1: 0.000: F. 1:1(0) ack 1, lost: "));
  g_assert_nonnull(strstr(plantuml, ">x h1 : 0.000: F. 1:1(0) ack 1, lost: "));
  g_assert_nonnull(strstr(mscgen, "\n  h0-xh1 [label=\"0.000: F. 1:1(0) ack 1, lost: "));
}

/* Both ends close at once: their FINs cross. */
static Trace *crossing_trace(void) {
  Script script;
  script_begin(&script, "Crossing", "client server", 50);
  script_conn(&script, "web", "client", "server", TCP_STATE_ESTABLISHED);
  uint64_t one = script_send(&script, "client", "server", "F. 1:1(0) ack 1");
  uint64_t two = script_send(&script, "server", "client", "F. 1:1(0) ack 1");
  script_at(&script, 50000);
  script_receive(&script, one);
  script_receive(&script, two);
  return script_end(&script, TRACE_WORD_IDLE);
}

static void test_segments_that_cross_go_through_the_network_or_slant(void) {
  g_autoptr(Trace) trace = crossing_trace();
  g_autofree char *mermaid = text_by(mermaid_write, trace);
  g_autofree char *plantuml = text_by(plantuml_write, trace);
  g_autofree char *mscgen = text_by(mscgen_write, trace);
  g_assert_nonnull(strstr(mermaid, "\n  h0-)net: 0.000: (a) F. 1:1(0) ack 1\n  h1-)net: 0.000: (b) F. 1:1(0) ack 1\n"
                                   "  net->>h1: 0.050: (a) F. 1:1(0) ack 1\n  net->>h0: 0.050: (b) F. 1:1(0) ack 1\n"));
  g_assert_nonnull(strstr(plantuml, "\nh0 -> net : 0.000: (a)"));
  g_assert_nonnull(strstr(plantuml, "\nnet -> h0 : 0.050: (b)"));
  /* The first row below the states is left for the row after next. */
  g_assert_nonnull(strstr(mscgen, "h0=>h1 [label=\"0.000: (a) F. 1:1(0) ack 1\", arcskip=\"2\"];\n"
                                  "  h1=>h0 [label=\"0.000: (b) F. 1:1(0) ack 1\", arcskip=\"2\"];\n  |||;\n  |||;\n"));
}

static void test_every_format_takes_noise_and_is_the_same_twice(void) {
  unsigned count;
  const ExportFormat *formats = export_formats(&count);
  for (guint32 seed = 0; seed < 60; seed++) {
    g_autoptr(Trace) trace = text_trace_of_noise(seed, 50);
    for (unsigned i = 0; i < count; i++) {
      if (strcmp(formats[i].name, "jsonl") == 0 || !formats[i].write)
        continue; /* a record of noise may hold what the format cannot, which its writer asserts */
      g_autoptr(GString) one = g_string_new(NULL), two = g_string_new(NULL);
      g_assert_true(formats[i].write(trace, one, NULL));
      g_assert_true(formats[i].write(trace, two, NULL));
      assert_same(one->str, one->len, two->str, two->len);
      g_assert_true(formats[i].binary || g_utf8_validate(one->str, (gssize)one->len, NULL));
    }
  }
}

static void test_formats_are_found_by_name_and_by_suffix(void) {
  unsigned count;
  const ExportFormat *formats = export_formats(&count);
  for (unsigned i = 0; i < count; i++)
    g_assert_true(export_find(formats[i].name) == &formats[i]);
  g_assert_null(export_find("pcap"));
  g_assert_cmpstr(export_guess("dir.x/a.mmd")->name, ==, "mermaid");
  g_assert_null(export_guess("a.csv")); /* two formats have it */
  g_assert_null(export_guess("mmd"));
}

static void test_the_page_shows_hostile_texts_as_text(void) {
  g_autoptr(Trace) trace = hostile_trace();
  trace->header->lesson = g_strdup("1. no list, ``` no fence, <b>no tag</b>, [no](link) | no cell");
  g_autoptr(Index) index = index_new();
  index_add_file(index, "sequence.svg", "a [picture]", TRUE);
  index_add_reference(index, "evil", "javascript:alert(1)");
  index_add_reference(index, "good", "https://example.org/a b)<x>");
  index_add_result(index, FALSE, "a | b", "not\nso");
  g_autoptr(GString) out = g_string_new(NULL);
  index_write(index, trace, out);
  g_assert_true(g_str_has_prefix(out->str, "# \"q\" \\\\ \\\\n ; \\# &amp; &lt; &gt; %% \\{x\\} \\$(y) \\`z\\`"));
  g_assert_nonnull(
      strstr(out->str, "\n1\\. no list, \\`\\`\\` no fence, &lt;b&gt;no tag&lt;/b&gt;, \\[no\\](link) \\| "));
  g_assert_nonnull(strstr(out->str, "![a \\[picture\\]](sequence.svg)"));
  g_assert_nonnull(strstr(out->str, "\n- evil\n"));
  g_assert_nonnull(strstr(out->str, "\n- [good](https://example.org/a%20b%29%3Cx%3E)\n"));
  g_assert_nonnull(strstr(out->str, "| **fails** | a \\| b | not\u240Aso |"));
}

static void test_the_fence_of_the_ladder_is_longer_than_any_in_it(void) {
  Script script;
  script_begin(&script, "a ````` b", "client server", 50);
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autoptr(Index) index = index_new();
  g_autoptr(GString) out = g_string_new(NULL);
  index_write(index, trace, out);
  g_assert_nonnull(strstr(out->str, "\n``````text\n"));
  g_assert_nonnull(strstr(out->str, "\n``````\n"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/exports/" #name, test_##name)
  ADD(cells_are_quoted_and_formulas_defused);
  ADD(tables_have_a_row_for_each_stay_and_each_segment);
  ADD(seconds_keep_all_digits);
  ADD(diagrams_escape_what_means_something);
  ADD(a_lost_segment_ends_in_a_cross);
  ADD(segments_that_cross_go_through_the_network_or_slant);
  ADD(every_format_takes_noise_and_is_the_same_twice);
  ADD(formats_are_found_by_name_and_by_suffix);
  ADD(the_page_shows_hostile_texts_as_text);
  ADD(the_fence_of_the_ladder_is_longer_than_any_in_it);
  return g_test_run();
}
