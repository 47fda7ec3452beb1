/* The position scanner and the document behind it: where things stand, what is refused, what is mended. */
#include <string.h>

#include <glib.h>

#include "scenario/json_doc.h"
#include "scenario/json_scan.h"
#include "scenario/scenario_json.h"

/* The first complaint about `text` as "LINE:COLUMN: PATH: MESSAGE", or "fine". */
static char *first_flaw(const char *text, size_t length) {
  JsonScan scan;
  json_scan_init(&scan, text, length);
  char *out = g_strdup("fine");
  if (scan.flaws->len) {
    const JsonFlaw *flaw = &g_array_index(scan.flaws, JsonFlaw, 0);
    g_free(out);
    out = g_strdup_printf("%u:%u: %s: %s", flaw->line, flaw->column, flaw->path, flaw->message);
  }
  json_scan_clear(&scan);
  return out;
}

static void assert_flaw(const char *text, const char *expected) {
  g_autofree char *flaw = first_flaw(text, strlen(text));
  g_assert_cmpstr(flaw, ==, expected);
}

static void test_well_formed_texts_are_fine(void) {
  static const char *const texts[] = {
      "{}",
      "[]",
      " [1, -0, 0.5, 1e3, 1E-7, -12.50e+10]",
      "\"\\u00e9 \\ud83d\\ude00 \\\\ \\/ \\b\"",
      "null",
      "// one\n{\"a\": /* two\n */ true}\n// three",
      "\xEF\xBB\xBF{}",
      "[\r\n{}\r\n]",
      "\"\x7F\"",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
    assert_flaw(texts[i], "fine");
}

static void test_what_cjson_lets_through_is_refused(void) {
  assert_flaw("[01]", "1:2: $[0]: \"01\": a number does not begin with 0");
  assert_flaw("[1.]", "1:2: $[0]: \"1.\": a number has a digit after the point");
  assert_flaw("[.5]", "1:2: $[0]: \".5\": a number has a digit before the point");
  assert_flaw("[+1]", "1:2: $[0]: \"+1\": a number has no plus sign in front");
  assert_flaw("[1e]", "1:2: $[0]: \"1e\": an exponent has digits");
  assert_flaw("[-]", "1:2: $[0]: \"-\": this is no number");
  assert_flaw("[0x10]", "1:2: $[0]: \"0x10\": numbers are decimal");
  assert_flaw("[1e999]", "1:2: $[0]: \"1e999\": this number is too large");
  assert_flaw("[50ms]", "1:2: $[0]: \"50ms\": a number with a unit is a string: put it in double quotes");
  assert_flaw("[True]", "1:2: $[0]: \"True\": did you mean true?");
  assert_flaw("[eof]", "1:2: $[0]: \"eof\": a string is put in double quotes");
  assert_flaw("[\"a\tb\"]", "1:4: $[0]: a control character in a string: write \\u0009");
  assert_flaw("[\"a\\u0000\"]", "1:4: $[0]: \\u0000 (NUL) is not allowed in a string");
  assert_flaw("[\"\\ud800x\"]", "1:3: $[0]: a lone high surrogate: it must be followed by \\uDC00 to \\uDFFF");
  assert_flaw("[\"\\udc00\"]", "1:3: $[0]: a lone low surrogate: a pair begins with \\uD800 to \\uDBFF");
  assert_flaw("[\"\\x41\"]", "1:3: $[0]: no such escape: JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
  assert_flaw("[\"\\u12\"]", "1:3: $[0]: \\u takes four hexadecimal digits");
  assert_flaw("[\"\xC3\"]", "1:3: $[0]: this string is not UTF-8");
  assert_flaw("[\"\xED\xA0\x80\"]", "1:3: $[0]: this string is not UTF-8"); /* a surrogate in UTF-8 */
  assert_flaw("[\"\xC0\x80\"]", "1:3: $[0]: this string is not UTF-8");     /* an overlong NUL */
  assert_flaw("[1,]", "1:3: $[0]: no comma before ]");
  assert_flaw("['a']", "1:2: $[0]: a string is put in double quotes, not in single ones");
  assert_flaw("{ab: 1}", "1:2: $: a key is put in double quotes: \"ab\"");
}

static void test_broken_structure_is_refused(void) {
  assert_flaw("", "1:1: $: there is nothing here: expected an object {...}");
  assert_flaw("// only\n", "2:1: $: there is nothing here: expected an object {...}");
  assert_flaw("{} x", "1:4: $: nothing may follow the end of the scenario");
  assert_flaw("{\"a\": 1", "1:8: $: the text ends inside the object that begins at line 1");
  assert_flaw("{\"a\" 1}", "1:6: $.a: unexpected '1': expected ':' after the key");
  assert_flaw("{\"a\": }", "1:7: $.a: unexpected '}': expected a value");
  assert_flaw("{a:1}", "1:2: $: unexpected 'a': expected a key in double quotes");
  assert_flaw("[\"a]", "1:2: $[0]: this string has no end: expected \" on the same line");
  assert_flaw("[1] /* x", "1:5: $: this comment has no end: expected */");
  assert_flaw("# x", "1:1: $: expected a value; comments are written // or /* */");
  assert_flaw("[\xE2\x80\x9C"
              "a]",
              "1:2: $[0]: a typographic quotation mark: write \" instead");
  g_autofree char *nul = first_flaw("[\0]", 3);
  g_assert_cmpstr(nul, ==, "1:2: $[0]: a NUL: expected a value (is this UTF-8 text?)");
}

static void test_nesting_of_64_is_fine_and_of_65_refused(void) {
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < 64; i++)
    g_string_append_c(text, '[');
  for (int i = 0; i < 64; i++)
    g_string_append_c(text, ']');
  assert_flaw(text->str, "fine");
  g_string_prepend_c(text, '[');
  g_string_append_c(text, ']');
  g_autofree char *flaw = first_flaw(text->str, text->len);
  g_assert_true(g_str_has_prefix(flaw, "1:65: "));
  g_assert_true(g_str_has_suffix(flaw, "nested deeper than 64"));
}

static void test_columns_count_characters_and_lines_comments(void) {
  static const char text[] =
      "\xEF\xBB\xBF{\"\xC3\xA4\xE2\x82\xAC\": \"\xF0\x9F\x98\x80\", /* \xC3\xB6\n */ \"b\": [7]}";
  JsonScan scan;
  json_scan_init(&scan, text, strlen(text));
  g_assert_cmpuint(scan.flaws->len, ==, 0);
  g_assert_cmpuint(scan.places->len, ==, 4);
  const JsonPlace *first = &g_array_index(scan.places, JsonPlace, 1), *list = first + 1, *seven = first + 2;
  g_assert_cmpuint(first->key_column, ==, 2);
  g_assert_cmpuint(first->column, ==, 8);
  g_assert_cmpuint(list->line, ==, 2);
  g_assert_cmpuint(list->key_column, ==, 5);
  g_assert_cmpuint(list->column, ==, 10);
  g_assert_cmpuint(seven->column, ==, 11);
  g_assert_cmpuint(seven->length, ==, 1);
  g_assert_cmpuint(strlen(scan.clean), ==, strlen(text));
  json_scan_clear(&scan);
}

static void test_one_bad_token_does_not_hide_the_next(void) {
  static const char text[] = "{\"a\": 01, \"b\": [tru 'x'], \"c\": \"\t\", d1: 2,}";
  JsonScan scan;
  json_scan_init(&scan, text, strlen(text));
  g_assert_cmpuint(scan.flaws->len, ==, 7);
  g_assert_false(scan.broken);
  json_scan_clear(&scan);
}

static JsonDoc *doc_of(const char *text, GPtrArray *errors) {
  return json_doc_new(text, strlen(text), "file", errors);
}

static GPtrArray *no_errors(void) {
  return g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
}

static void test_duplicate_keys_are_found_at_any_depth(void) {
  g_autoptr(GPtrArray) errors = no_errors();
  g_autoptr(JsonDoc) doc = doc_of("{\"a\":\n[{\"x\": 1,\n\"\\u0078\": 2}]}", errors);
  g_assert_nonnull(doc);
  g_assert_cmpuint(errors->len, ==, 1);
  g_autofree char *text = scenario_error_print(errors->pdata[0]);
  g_assert_cmpstr(text, ==, "file:3:1: $.a[0].x: duplicate key \"x\": it stands in line 2 already");
}

static void test_canonical_print_sorts_keys_and_keeps_numbers(void) {
  g_autoptr(GPtrArray) errors = no_errors();
  g_autoptr(JsonDoc) doc = doc_of("{\"b\": [1.50, 1e3, 18446744073709551615], \"$comment\": 1, /* x */ \"a\": {\"d\": "
                                  "null, \"c\": \"\\u0041\\n\\\"\"}, \"$schema\": \"s\"}",
                                  errors);
  g_autofree char *canonical = json_doc_canonical(doc);
  g_assert_cmpstr(canonical, ==, "{\"a\":{\"c\":\"A\\u000a\\\"\",\"d\":null},\"b\":[1.50,1e3,18446744073709551615]}");
}

static void test_set_changes_makes_and_appends(void) {
  g_autoptr(GPtrArray) errors = no_errors();
  g_autoptr(JsonDoc) doc = doc_of("{\"a\": [{\"b\": 1}], \"c\": {\"d>e\": 2}}", errors);
  json_doc_set(doc, "a[0].b", "50ms", "--set", errors);
  json_doc_set(doc, "$.a[1]", "{\"x\": 007}", "--set", errors);
  json_doc_set(doc, "c[\"d>e\"]", "3", "--set", errors);
  json_doc_set(doc, "new.list[0].key", "18446744073709551615", "--set", errors);
  g_assert_cmpuint(errors->len, ==, 0);
  g_autofree char *canonical = json_doc_canonical(doc);
  g_assert_cmpstr(canonical, ==,
                  "{\"a\":[{\"b\":\"50ms\"},\"{\\\"x\\\": 007}\"],\"c\":{\"d>e\":3},"
                  "\"new\":{\"list\":[{\"key\":18446744073709551615}]}}");
}

static void test_set_refuses_paths_that_lead_nowhere(void) {
  static const char *const paths[] = {"a[5]", "a.b", "a[x]", "", "a[0", "a[0].b.c"};
  for (unsigned i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autoptr(GPtrArray) errors = no_errors();
    g_autoptr(JsonDoc) doc = doc_of("{\"a\": [{\"b\": 1}]}", errors);
    json_doc_set(doc, paths[i], "1", "--set", errors);
    g_assert_cmpuint(errors->len, ==, 1);
    g_assert_cmpstr(((ScenarioError *)errors->pdata[0])->file, ==, "--set");
    g_assert_cmpint(((ScenarioError *)errors->pdata[0])->line, ==, 0);
  }
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scenario/json/well-formed-texts-are-fine", test_well_formed_texts_are_fine);
  g_test_add_func("/scenario/json/what-cjson-lets-through-is-refused", test_what_cjson_lets_through_is_refused);
  g_test_add_func("/scenario/json/broken-structure-is-refused", test_broken_structure_is_refused);
  g_test_add_func("/scenario/json/nesting-of-64-is-fine-and-of-65-refused",
                  test_nesting_of_64_is_fine_and_of_65_refused);
  g_test_add_func("/scenario/json/columns-count-characters", test_columns_count_characters_and_lines_comments);
  g_test_add_func("/scenario/json/one-bad-token-does-not-hide-the-next", test_one_bad_token_does_not_hide_the_next);
  g_test_add_func("/scenario/json/duplicate-keys-are-found-at-any-depth", test_duplicate_keys_are_found_at_any_depth);
  g_test_add_func("/scenario/json/canonical-print", test_canonical_print_sorts_keys_and_keeps_numbers);
  g_test_add_func("/scenario/json/set-changes-makes-and-appends", test_set_changes_makes_and_appends);
  g_test_add_func("/scenario/json/set-refuses-paths-that-lead-nowhere", test_set_refuses_paths_that_lead_nowhere);
  return g_test_run();
}
