#include "labs.h"

#include <string.h>

static char *text_of(const char *scenario, const char *variants, const char *questions) {
  return g_strdup_printf("{\"version\": 1, \"title\": \"T\", \"summary\": \"S\", \"minutes\": 5,\n"
                         "\"runs\": [{\"name\": \"main\", \"scenario\": \"../%s.json\"}],\n"
                         "\"variants\": [%s],\n\"questions\": [%s]}",
                         scenario, variants, questions);
}

static Lab *parse(const char *text, GPtrArray **ret_errors) {
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "scenarios", "labs", "test.lab.json", NULL);
  return lab_parse(text, strlen(text), path, ret_errors);
}

Lab *labs_new(const char *scenario, const char *variants, const char *questions) {
  g_autofree char *text = text_of(scenario, variants, questions);
  GPtrArray *errors = NULL;
  Lab *lab = parse(text, &errors);
  for (guint i = 0; errors && i < errors->len; i++) {
    g_autofree char *line = scenario_error_print(g_ptr_array_index(errors, i));
    g_test_message("%s", line);
  }
  g_assert_nonnull(lab);
  return lab;
}

char *labs_complaints(const char *scenario, const char *variants, const char *questions) {
  g_autofree char *text = text_of(scenario, variants, questions);
  g_autoptr(GString) out = g_string_new(NULL);
  GPtrArray *errors = NULL;
  Lab *lab = parse(text, &errors);
  g_assert_null(lab);
  for (guint i = 0; i < errors->len; i++) {
    const ScenarioError *error = g_ptr_array_index(errors, i);
    g_string_append_printf(out, "%s: %s\n", error->path, error->message);
  }
  g_ptr_array_unref(errors);
  return g_string_free(g_steal_pointer(&out), FALSE);
}

char *labs_key(const Lab *lab, const char *question) {
  g_autoptr(GError) error = NULL;
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, NULL, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < instance->keys->len; i++) {
    const LabKey *key = g_ptr_array_index(instance->keys, i);
    if (strcmp(key->question->id, question) == 0)
      return g_strdup(((const LabBlank *)g_ptr_array_index(key->blanks, 0))->expected);
  }
  g_assert_not_reached();
}

typedef struct OneLab {
  GradeLabs finder;
  const Lab *lab;
} OneLab;

static const Lab *find(GradeLabs *labs, const char *name, char **ret_why) {
  const Lab *lab = ((OneLab *)labs)->lab;
  if (strcmp(name, lab->name) == 0)
    return lab;
  *ret_why = g_strdup_printf("there is no lab \"%s\"", name);
  return NULL;
}

GradeResult *labs_grade_text(const Lab *lab, const char *text, const GradeRoster *roster) {
  OneLab one = {{find}, lab};
  GradeOptions options = {&one.finder, LABS_SECRET, roster, NULL};
  g_autoptr(Answers) answers = answers_parse(text, strlen(text), "answers.json");
  return grade_answers(answers, &options);
}

GradeResult *labs_grade(const Lab *lab, const char *student, const char *answers) {
  char code[VARIANT_CODE_SIZE];
  variant_code(LABS_SECRET, lab->name, student, code);
  g_autofree char *text =
      g_strdup_printf("{\"lab\": \"%s\", \"student\": \"%s\", \"variant\": \"%s\", \"answers\": {%s}}", lab->name,
                      student, code, answers);
  return labs_grade_text(lab, text, NULL);
}

static GradeResult *grade_q1(const Lab *lab, const char *answer) {
  g_autofree char *answers = g_strdup_printf("\"q1\": %s", answer);
  GradeResult *result = labs_grade(lab, "s1", answers);
  g_assert_cmpint(result->verdict, ==, GRADE_MATCHES);
  return result;
}

int labs_fraction(const Lab *lab, const char *answer) {
  GradeResult *result = grade_q1(lab, answer);
  const GradeQuestion *question = g_ptr_array_index(result->questions, 0);
  int thousandths = (int)(question->fraction * 1000 + 0.5);
  grade_result_free(result);
  return thousandths;
}

char *labs_feedback(const Lab *lab, const char *answer) {
  GradeResult *result = grade_q1(lab, answer);
  const GradeQuestion *question = g_ptr_array_index(result->questions, 0);
  const GradeBlank *blank = g_ptr_array_index(question->blanks, 0);
  char *feedback =
      g_strdup_printf("%s%s", blank->feedback ? blank->feedback : "", question->feedback ? question->feedback : "");
  grade_result_free(result);
  return feedback;
}
