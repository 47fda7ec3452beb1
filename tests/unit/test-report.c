#include "check/report.h"

#include <string.h>

static void add_result(GPtrArray *results, gboolean ok, const char *text, const char *detail, int line) {
  CheckResult *result = g_new0(CheckResult, 1);
  result->ok = ok;
  result->text = g_strdup(text);
  result->detail = g_strdup(detail);
  result->line = line;
  g_ptr_array_add(results, result);
}

static GPtrArray *results_new(void) {
  return g_ptr_array_new_with_free_func((GDestroyNotify)check_result_free);
}

static GPtrArray *files_new(void) {
  return g_ptr_array_new_with_free_func((GDestroyNotify)check_file_free);
}

/* One that holds and one that fails; one that could not run; one that expects nothing. */
static GPtrArray *three_scenarios(void) {
  GPtrArray *files = files_new(), *results = results_new();
  add_result(results, TRUE, "two FINs", NULL, 3);
  add_result(results, FALSE, "client: FIN-WAIT-2 at 150ms", "FIN-WAIT-1 at 150ms\nsecond line", 12);
  g_ptr_array_add(files, check_file_new("loss/a", results, NULL));
  g_ptr_array_add(files, check_file_new("loss/b", NULL, "b.json:1:2: $: no hosts"));
  g_ptr_array_add(files, check_file_new("loss/c", results_new(), NULL));
  return files;
}

/* A single failed expectation with these texts. */
static GPtrArray *failed(const char *name, const char *text, const char *detail) {
  GPtrArray *files = files_new(), *results = results_new();
  add_result(results, FALSE, text, detail, 0);
  g_ptr_array_add(files, check_file_new(name, results, NULL));
  return files;
}

static void tap_of_all_outcomes(void) {
  g_autoptr(GPtrArray) files = three_scenarios();
  g_autoptr(GString) out = g_string_new(NULL);
  report_tap(files, out);
  g_assert_cmpstr(out->str, ==,
                  "TAP version 14\n"
                  "1..4\n"
                  "ok 1 - loss/a: two FINs\n"
                  "not ok 2 - loss/a: client: FIN-WAIT-2 at 150ms\n"
                  "  ---\n"
                  "  expected: \"client: FIN-WAIT-2 at 150ms\"\n"
                  "  got: \"FIN-WAIT-1 at 150ms\\nsecond line\"\n"
                  "  line: 12\n"
                  "  ...\n"
                  "not ok 3 - loss/b: could not run\n"
                  "  ---\n"
                  "  error: \"b.json:1:2: $: no hosts\"\n"
                  "  ...\n"
                  "ok 4 - loss/c # SKIP no expectations\n");
}

static void tap_of_nothing_is_an_empty_plan(void) {
  g_autoptr(GPtrArray) files = files_new();
  g_autoptr(GString) out = g_string_new(NULL);
  report_tap(files, out);
  g_assert_cmpstr(out->str, ==, "TAP version 14\n1..0\n");
}

static void tap_title_cannot_break_the_format(void) {
  g_autoptr(GPtrArray) files =
      failed("a # SKIP", "x\nok 9 - y # TODO \\# z\r\t\033[31m", "say \"no\" \\\n...\n\nBail out!");
  g_autoptr(GString) out = g_string_new(NULL);
  report_tap(files, out);
  g_assert_cmpstr(out->str, ==,
                  "TAP version 14\n"
                  "1..1\n"
                  "not ok 1 - a \\# SKIP: x␊ok 9 - y \\# TODO \\\\\\# z␍␉␛[31m\n"
                  "  ---\n"
                  "  expected: \"x\\nok 9 - y # TODO \\\\# z␍␉␛[31m\"\n"
                  "  got: \"say \\\"no\\\" \\\\\\n...\\n\\nBail out!\"\n"
                  "  ...\n");
}

static void hidden_characters_are_shown_and_others_left_alone(void) {
  static const struct {
    const char *text, *shown;
  } cases[] = {
      {"plain, grün, 時, 👩‍🔬", "plain, grün, 時, 👩‍🔬"},
      {"\001\037\177", "␁␟␡"},
      {"\xC2\x80\xC2\x9F\xC2\xA0", "<U+0080><U+009F>\xC2\xA0"},
      {"a\xE2\x80\xAE"
       "b\xE2\x81\xA6"
       "c\xE2\x80\x8F"
       "d\xD8\x9C",
       "a<U+202E>b<U+2066>c<U+200F>d<U+061C>"},
      {"\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\xE2\x80\x8B", "<U+2028><U+2029><U+FEFF><U+200B>"},
      {"\xEF\xBF\xBE\xEF\xBF\xBF\xF4\x8F\xBF\xBF", "<U+FFFE><U+FFFF><U+10FFFF>"},
      {"\xFF\xC3(\xED\xA0\x80\xE2\x82", "<FF><C3>(<ED><A0><80><E2><82>"},
      {"", ""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GPtrArray) files = files_new();
    g_ptr_array_add(files, check_file_new(cases[i].text, NULL, NULL));
    g_autoptr(GString) out = g_string_new(NULL);
    report_text(files, FALSE, out);
    g_autofree char *expected =
        g_strdup_printf("%s\n  -       no expectations\n0 passed, 0 failed, 1 without expectations\n", cases[i].shown);
    g_assert_cmpstr(out->str, ==, expected);
  }
}

static void junit_of_all_outcomes(void) {
  g_autoptr(GPtrArray) files = three_scenarios();
  g_autoptr(GString) out = g_string_new(NULL);
  report_junit(files, "teardown check", out);
  g_assert_cmpstr(out->str, ==,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuites name=\"teardown check\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\">\n"
                  "  <testsuite name=\"loss/a\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\">\n"
                  "    <testcase classname=\"loss/a\" name=\"two FINs\"/>\n"
                  "    <testcase classname=\"loss/a\" name=\"client: FIN-WAIT-2 at 150ms\">\n"
                  "      <failure message=\"FIN-WAIT-1 at 150ms\">FIN-WAIT-1 at 150ms\nsecond line\n"
                  "line 12 of the scenario</failure>\n"
                  "    </testcase>\n"
                  "  </testsuite>\n"
                  "  <testsuite name=\"loss/b\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n"
                  "    <testcase classname=\"loss/b\" name=\"runs\">\n"
                  "      <error message=\"b.json:1:2: $: no hosts\">b.json:1:2: $: no hosts</error>\n"
                  "    </testcase>\n"
                  "  </testsuite>\n"
                  "  <testsuite name=\"loss/c\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\">\n"
                  "    <testcase classname=\"loss/c\" name=\"expectations\">\n"
                  "      <skipped message=\"no expectations\"/>\n"
                  "    </testcase>\n"
                  "  </testsuite>\n"
                  "</testsuites>\n");
}

static void start_element(GMarkupParseContext *context, const char *element, const char **names, const char **values,
                          gpointer data, GError **error) {
  (void)context;
  (void)error;
  for (; *names; names++, values++)
    g_string_append_printf(data, "%s.%s=%s\n", element, *names, *values);
}

static void text_between(GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error) {
  (void)context;
  (void)error;
  g_autofree char *stripped = g_strstrip(g_strndup(text, length));
  if (*stripped)
    g_string_append_printf(data, "text=%s\n", stripped);
}

static void junit_read_back_by_a_parser_has_the_texts(void) {
  g_autoptr(GPtrArray) files = failed("<a href='x'>&", "]]> \"é\" \001", "</failure><evil/>&amp;\n\xFF");
  g_autoptr(GString) out = g_string_new(NULL), read = g_string_new(NULL);
  report_junit(files, "teardown check", out);
  GMarkupParser parser = {.start_element = start_element, .text = text_between};
  GMarkupParseContext *context = g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, read, NULL);
  GError *error = NULL;
  g_markup_parse_context_parse(context, out->str, (gssize)out->len, &error);
  g_assert_no_error(error);
  g_markup_parse_context_end_parse(context, &error);
  g_assert_no_error(error);
  g_markup_parse_context_free(context);
  const char *tail = strstr(read->str, "testcase.classname");
  g_assert_cmpstr(tail, ==,
                  "testcase.classname=<a href='x'>&\n"
                  "testcase.name=]]> \"é\" ␁\n"
                  "failure.message=</failure><evil/>&amp;\n"
                  "text=</failure><evil/>&amp;\n<FF>\n");
}

static void text_of_all_outcomes_ends_with_the_count(void) {
  g_autoptr(GPtrArray) files = three_scenarios();
  g_autoptr(GString) out = g_string_new(NULL);
  report_text(files, FALSE, out);
  g_assert_cmpstr(out->str, ==,
                  "loss/a\n"
                  "  ok      two FINs\n"
                  "  FAILED  client: FIN-WAIT-2 at 150ms (line 12)\n"
                  "            FIN-WAIT-1 at 150ms\n"
                  "            second line\n"
                  "loss/b\n"
                  "  ERROR   could not run\n"
                  "            b.json:1:2: $: no hosts\n"
                  "loss/c\n"
                  "  -       no expectations\n"
                  "1 passed, 1 failed, 1 could not run, 1 without expectations\n");
}

static void text_in_colour_differs_by_escapes_alone(void) {
  g_autoptr(GPtrArray) files = three_scenarios();
  g_autoptr(GString) plain = g_string_new(NULL), coloured = g_string_new(NULL);
  report_text(files, FALSE, plain);
  report_text(files, TRUE, coloured);
  g_assert_nonnull(strstr(coloured->str, "\033[32mok    \033[0m  two FINs"));
  g_autoptr(GRegex) escapes = g_regex_new("\033\\[[0-9]+m", 0, 0, NULL);
  g_autofree char *stripped = g_regex_replace_literal(escapes, coloured->str, -1, 0, "", 0, NULL);
  g_assert_cmpstr(stripped, ==, plain->str);
}

static void totals_and_exit_status_of_each_mix(void) {
  g_autoptr(GPtrArray) files = three_scenarios();
  CheckTotals totals = check_totals(files);
  g_assert_cmpuint(totals.passed, ==, 1);
  g_assert_cmpuint(totals.failed, ==, 1);
  g_assert_cmpuint(totals.errors, ==, 1);
  g_assert_cmpuint(totals.empty, ==, 1);
  g_assert_cmpint(check_exit_status(files), ==, 2);
  g_ptr_array_remove_index(files, 1);
  g_assert_cmpint(check_exit_status(files), ==, 1);
  g_ptr_array_remove_index(files, 0);
  g_assert_cmpint(check_exit_status(files), ==, 0);
}

static void error_outweighs_results_of_the_same_file(void) {
  g_autoptr(GPtrArray) files = files_new();
  GPtrArray *results = results_new();
  add_result(results, TRUE, "held so far", NULL, 0);
  g_ptr_array_add(files, check_file_new("cut", results, "budget exceeded"));
  g_autoptr(GString) tap = g_string_new(NULL), junit = g_string_new(NULL);
  report_tap(files, tap);
  report_junit(files, "teardown check", junit);
  g_assert_nonnull(strstr(tap->str, "1..1\nnot ok 1 - cut: could not run\n"));
  g_assert_null(strstr(junit->str, "held so far"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/check/report/" #test, test)
  ADD(tap_of_all_outcomes);
  ADD(tap_of_nothing_is_an_empty_plan);
  ADD(tap_title_cannot_break_the_format);
  ADD(hidden_characters_are_shown_and_others_left_alone);
  ADD(junit_of_all_outcomes);
  ADD(junit_read_back_by_a_parser_has_the_texts);
  ADD(text_of_all_outcomes_ends_with_the_count);
  ADD(text_in_colour_differs_by_escapes_alone);
  ADD(totals_and_exit_status_of_each_mix);
  ADD(error_outweighs_results_of_the_same_file);
#undef ADD
  return g_test_run();
}
