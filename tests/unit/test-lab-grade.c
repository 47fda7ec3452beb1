/* Grading: points, hints, whose answers they are, and files that are none. */
#include "labs.h"

#include <glib/gstdio.h>
#include <string.h>

#define DELAYS "{\"set\": \"links[0].delay\", \"from\": [\"10ms\", \"20ms\", \"30ms\", \"40ms\", \"60ms\", \"70ms\"]}"
#define ACK_AT                                                                                                         \
  "{\"id\": \"q1\", \"kind\": \"number\", \"text\": \"?\", \"points\": 4, \"number\": {\"instant\": "                  \
  "{\"event\": {\"state\": \"FIN-WAIT-2\", \"host\": \"client\"}}}, \"hints\": [{\"text\": \"a\", "                    \
  "\"cost\": 0.25}, {\"text\": \"b\", \"cost\": 0.5}]}"
#define WAIT_AT                                                                                                        \
  "{\"id\": \"q2\", \"kind\": \"number\", \"text\": \"?\", \"points\": 4, \"number\": {\"instant\": "                  \
  "{\"event\": {\"state\": \"TIME-WAIT\", \"host\": \"client\"}}}}"

static Lab *lab_of_two(void) {
  return labs_new("normal/four-segments", DELAYS, ACK_AT ", " WAIT_AT);
}

/* The answers file of a student with the key filled in; another's name over it if `signed_by` is given. */
static char *key_of(const Lab *lab, const char *student, const char *signed_by, gboolean own_code) {
  g_autoptr(GError) error = NULL;
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, student, &error);
  g_assert_no_error(error);
  g_autoptr(GString) text = g_string_new(NULL);
  answers_write_key(instance, text);
  if (signed_by) {
    char code[VARIANT_CODE_SIZE];
    g_autofree char *from = g_strdup_printf("\"%s\"", student), *to = g_strdup_printf("\"%s\"", signed_by);
    g_string_replace(text, from, to, 1);
    variant_code(LABS_SECRET, lab->name, signed_by, code);
    if (own_code)
      g_string_replace(text, instance->code, code, 1);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static GradeRoster *roster_of(const char *first, const char *second) {
  GradeRoster *roster = g_new0(GradeRoster, 1);
  roster->students = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(roster->students, g_strdup(first));
  g_ptr_array_add(roster->students, g_strdup(second));
  return roster;
}

/* Two students whose variants differ. */
static void two_students(const Lab *lab, char **ret_a, char **ret_b) {
  g_autoptr(LabInstance) first = lab_instance_new(lab, LABS_SECRET, "s0", NULL);
  for (unsigned i = 1;; i++) {
    g_autofree char *student = g_strdup_printf("s%u", i);
    g_autoptr(LabInstance) other = lab_instance_new(lab, LABS_SECRET, student, NULL);
    if (strcmp(g_ptr_array_index(first->values, 0), g_ptr_array_index(other->values, 0)) == 0)
      continue;
    *ret_a = g_strdup("s0");
    *ret_b = g_steal_pointer(&student);
    return;
  }
}

static void test_full(void) {
  g_autoptr(Lab) lab = lab_of_two();
  g_autofree char *text = key_of(lab, "s1", NULL, TRUE);
  GradeResult *result = labs_grade_text(lab, text, NULL);
  g_assert_cmpint(result->verdict, ==, GRADE_MATCHES);
  g_assert_cmpfloat(result->score, ==, 8);
  g_assert_cmpfloat(result->points, ==, 8);
  g_assert_true(grade_is_full(result));
  grade_result_free(result);
}

static void test_left_blank(void) {
  g_autoptr(Lab) lab = lab_of_two();
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, "s1", NULL);
  g_autoptr(GString) text = g_string_new(NULL);
  answers_write_blank(instance, text);
  GradeResult *result = labs_grade_text(lab, text->str, NULL);
  g_assert_cmpint(result->verdict, ==, GRADE_MATCHES);
  g_assert_cmpuint(result->problems->len, ==, 0);
  g_assert_cmpfloat(result->score, ==, 0);
  g_assert_false(((GradeQuestion *)g_ptr_array_index(result->questions, 0))->answered);
  g_assert_false(grade_is_full(result));
  grade_result_free(result);
}

/* Of 4 points the first hint costs 1, the second 2; more than there are cost no more. */
static void expect_score_with_hints(const char *hints, double score) {
  g_autoptr(Lab) lab = lab_of_two();
  g_autofree char *text = key_of(lab, "s1", NULL, TRUE);
  g_autoptr(GString) changed = g_string_new(text);
  g_string_replace(changed, "\"hints\": {\"q1\": 0", hints, 1);
  GradeResult *result = labs_grade_text(lab, changed->str, NULL);
  g_assert_cmpfloat(((GradeQuestion *)g_ptr_array_index(result->questions, 0))->score, ==, score);
  grade_result_free(result);
}

static void test_hints(void) {
  expect_score_with_hints("\"hints\": {\"q1\": 0", 4);
  expect_score_with_hints("\"hints\": {\"q1\": 1", 3);
  expect_score_with_hints("\"hints\": {\"q1\": 2", 1);
  expect_score_with_hints("\"hints\": {\"q1\": 99", 1);
  expect_score_with_hints("\"hints\": {\"q1\": -3", 4);
  expect_score_with_hints("\"hints\": {\"q1\": \"none\"", 4);
}

/* --- whose -------------------------------------------------------------------------------------------------------- */

static void expect_verdict(const Lab *lab, const char *text, const GradeRoster *roster, GradeVerdict verdict,
                           const char *owner) {
  GradeResult *result = labs_grade_text(lab, text, roster);
  g_assert_cmpstr(grade_verdict_word(result->verdict), ==, grade_verdict_word(verdict));
  g_assert_cmpstr(result->owner, ==, owner);
  g_assert_true((result->remark == NULL) == (verdict == GRADE_MATCHES));
  grade_result_free(result);
}

static void test_copied_file(void) {
  g_autoptr(Lab) lab = lab_of_two();
  g_autofree char *a = NULL, *b = NULL;
  two_students(lab, &a, &b);
  GradeRoster *roster = roster_of(a, b);
  g_autofree char *copied = key_of(lab, a, b, FALSE), *recoded = key_of(lab, a, b, TRUE);
  expect_verdict(lab, copied, roster, GRADE_FOREIGN, a);
  expect_verdict(lab, copied, NULL, GRADE_UNKNOWN_CODE, NULL);
  expect_verdict(lab, recoded, roster, GRADE_ALIKE, a); /* the code was changed, the answers were not */
  grade_roster_free(roster);
}

static void test_copy_earns_what_fits(void) {
  g_autoptr(Lab) lab = lab_of_two();
  g_autofree char *a = NULL, *b = NULL;
  two_students(lab, &a, &b);
  g_autofree char *copied = key_of(lab, a, b, FALSE);
  GradeResult *result = labs_grade_text(lab, copied, NULL);
  g_assert_cmpfloat(result->score, ==, 0);
  grade_result_free(result);
}

static void test_not_listed_and_no_code(void) {
  g_autoptr(Lab) lab = lab_of_two();
  GradeRoster *roster = roster_of("other", "another");
  g_autofree char *own = key_of(lab, "s1", NULL, TRUE);
  expect_verdict(lab, own, roster, GRADE_NOT_LISTED, NULL);
  expect_verdict(lab, own, NULL, GRADE_MATCHES, NULL);
  g_autofree char *none = g_strdup_printf("{\"lab\": \"%s\", \"student\": \"s1\", \"answers\": {}}", lab->name);
  expect_verdict(lab, none, NULL, GRADE_NO_CODE, NULL);
  grade_roster_free(roster);
}

static void test_duplicates(void) {
  g_autoptr(Lab) lab = lab_of_two();
  g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func((GDestroyNotify)grade_result_free);
  for (unsigned i = 0; i < 3; i++) {
    g_autofree char *text = key_of(lab, i == 1 ? "s2" : "s1", NULL, TRUE);
    g_ptr_array_add(results, labs_grade_text(lab, text, NULL));
  }
  grade_mark_duplicates(results);
  g_assert_cmpint(((GradeResult *)g_ptr_array_index(results, 0))->verdict, ==, GRADE_MATCHES);
  g_assert_cmpint(((GradeResult *)g_ptr_array_index(results, 1))->verdict, ==, GRADE_MATCHES);
  g_assert_cmpint(((GradeResult *)g_ptr_array_index(results, 2))->verdict, ==, GRADE_DUPLICATE);
}

/* --- files that are none ------------------------------------------------------------------------------------------ */

static void test_unreadable(void) {
  g_autoptr(Lab) lab = lab_of_two();
  static const char *const texts[] = {"",
                                      "null",
                                      "[]",
                                      "{",
                                      "{\"answers\": {}}",
                                      "{\"lab\": \"test\", \"student\": \"s1\"}",
                                      "{\"lab\": \"../test\", \"student\": \"s1\", \"answers\": {}}",
                                      "{\"lab\": \"/etc/passwd\", \"student\": \"s1\", \"answers\": {}}",
                                      "{\"lab\": \"test\", \"student\": \"../s1\", \"answers\": {}}",
                                      "{\"lab\": \"test\", \"student\": 5, \"answers\": {}}",
                                      "{\"lab\": \"test\", \"student\": \"s1\", \"answers\": []}",
                                      "\xFF\xFE{}",
                                      "{\"lab\": \"test\", \"student\": \"\\u0000\", \"answers\": {}}"};
  for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
    expect_verdict(lab, texts[i], NULL, GRADE_UNREADABLE, NULL);
}

static void test_too_deep_and_too_large(void) {
  g_autoptr(Lab) lab = lab_of_two();
  g_autofree char *deep = g_strnfill(100000, '['), *large = g_strnfill(ANSWERS_MOST_OCTETS + 1, ' ');
  expect_verdict(lab, deep, NULL, GRADE_UNREADABLE, NULL);
  expect_verdict(lab, large, NULL, GRADE_UNREADABLE, NULL);
}

/* A misspelt key is told, with its line; the rest counts. */
static void test_unknown_question_is_told(void) {
  g_autoptr(Lab) lab = lab_of_two();
  GradeResult *result = labs_grade(lab, "s1", "\"Q1\": \"5ms\"");
  g_assert_cmpuint(result->problems->len, ==, 1);
  g_assert_nonnull(strstr(g_ptr_array_index(result->problems, 0), "no question \"Q1\""));
  grade_result_free(result);
}

static void expect_points(double points, const char *text) {
  char buffer[32];
  g_assert_cmpstr(grade_points_text(points, buffer, sizeof buffer), ==, text);
}

static void test_points_as_text(void) {
  expect_points(0, "0");
  expect_points(7.5, "7.5");
  expect_points(10, "10");
  expect_points(1.0 / 3, "0.33");
  expect_points(2.0 / 3, "0.67");
  expect_points(0.005, "0.01");
  expect_points(12.05, "12.05");
}

static void test_roster(void) {
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("teardown-roster-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "roster", NULL);
  g_assert_true(g_file_set_contents(path, "\xEF\xBB\xBFs1,Ada\r\n\n# all\n  s2;Bob\ns1\ns3 Carl\n", -1, NULL));
  GradeRoster *roster = grade_roster_load(path, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(roster->students->len, ==, 3);
  g_assert_cmpstr(g_ptr_array_index(roster->students, 0), ==, "s1");
  g_assert_cmpstr(g_ptr_array_index(roster->students, 2), ==, "s3");
  grade_roster_free(roster);
  g_assert_true(g_file_set_contents(path, "s1\n../s2\n", -1, NULL));
  g_assert_null(grade_roster_load(path, &error));
  g_assert_nonnull(strstr(error->message, "roster:2:"));
  g_unlink(path);
  g_rmdir(folder);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lab-grade/the-key-earns-all-points", test_full);
  g_test_add_func("/lab-grade/a-blank-file-earns-none", test_left_blank);
  g_test_add_func("/lab-grade/hints-cost", test_hints);
  g_test_add_func("/lab-grade/a-copied-file-is-recognised", test_copied_file);
  g_test_add_func("/lab-grade/a-copy-earns-what-fits-the-own-variant", test_copy_earns_what_fits);
  g_test_add_func("/lab-grade/not-listed-and-without-a-code", test_not_listed_and_no_code);
  g_test_add_func("/lab-grade/two-files-of-one-student", test_duplicates);
  g_test_add_func("/lab-grade/unreadable", test_unreadable);
  g_test_add_func("/lab-grade/too-deep-and-too-large", test_too_deep_and_too_large);
  g_test_add_func("/lab-grade/an-unknown-question-is-told", test_unknown_question_is_told);
  g_test_add_func("/lab-grade/points-as-text", test_points_as_text);
  g_test_add_func("/lab-grade/roster", test_roster);
  return g_test_run();
}
