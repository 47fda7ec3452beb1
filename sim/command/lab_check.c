/* teardown lab check: is a lab sound? It loads, the base and many variants have keys, the key as answers earns every
 * point, and nothing handed out holds a key beside its question. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/lab_course.h"
#include "lab/worksheet.h"

#define DEFAULT_VARIANTS 20

/* The only lab there is, for grading the key. */
typedef struct OneLab {
  GradeLabs finder;
  const Lab *lab;
} OneLab;

static const Lab *find_one(GradeLabs *labs, const char *name, char **ret_why) {
  (void)name, (void)ret_why;
  return ((OneLab *)labs)->lab;
}

static gboolean complain(const Lab *lab, const LabInstance *instance, const char *format, ...) G_GNUC_PRINTF(3, 4);
static gboolean complain(const Lab *lab, const LabInstance *instance, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *clean = cli_clean(text), *name = cli_clean(lab->name);
  printf("# %s%s%s: %s\n", name, instance && instance->student ? ", " : "",
         instance && instance->student ? instance->student : "", clean);
  return FALSE;
}

/* What the program says is right, it must grade as right. */
static gboolean key_is_right(const LabInstance *instance) {
  g_autoptr(GString) text = g_string_new(NULL);
  gboolean ok = TRUE;
  answers_write_key(instance, text);
  g_autoptr(Answers) answers = answers_parse(text->str, text->len, "key");
  OneLab one = {{find_one}, instance->lab};
  GradeOptions options = {&one.finder, instance->secret, NULL, NULL};
  GradeResult *result = grade_answers(answers, &options);
  if (result->verdict == GRADE_UNREADABLE)
    ok = complain(instance->lab, instance, "the key cannot be graded: %s", result->remark);
  for (guint i = 0; i < result->questions->len; i++) {
    const GradeQuestion *question = g_ptr_array_index(result->questions, i);
    if (question->kind != LAB_DESIGN && question->kind != LAB_REPAIR && question->fraction < 0.9999)
      ok = complain(instance->lab, instance, "%s: the key itself does not earn all points", question->id);
  }
  grade_result_free(result);
  return ok;
}

/* A line that says what a blank is, and its key. */
static gboolean line_tells(const char *line, size_t length, const LabBlank *blank) {
  return *blank->label && strcmp(blank->label, blank->expected) != 0 &&
         g_strstr_len(line, (gssize)length, blank->label) && g_strstr_len(line, (gssize)length, blank->expected);
}

static gboolean file_is_silent(const LabInstance *instance, const LabFile *file) {
  if (g_strstr_len(file->data, (gssize)file->length, instance->secret))
    return complain(instance->lab, instance, "%s holds the course's secret", file->name);
  for (guint i = 0; i < instance->keys->len; i++) {
    const LabKey *key = g_ptr_array_index(instance->keys, i);
    if (key->question->kind == LAB_DESIGN || key->question->kind == LAB_REPAIR)
      continue; /* what is expected is what is asked */
    for (guint b = 0; b < key->blanks->len; b++) {
      const LabBlank *blank = g_ptr_array_index(key->blanks, b);
      for (const char *line = file->data, *end = file->data + file->length; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((newline ? newline : end) - line);
        if (length < 2000 && line_tells(line, length, blank))
          return complain(instance->lab, instance, "%s gives the answer to %s away", file->name, blank->id);
        line += length + 1;
      }
    }
  }
  return TRUE;
}

static gboolean sheet_is_silent(const LabInstance *instance) {
  gboolean ok = TRUE;
  g_autoptr(GPtrArray) files = lab_worksheet(instance);
  for (guint i = 0; i < files->len; i++)
    ok = file_is_silent(instance, g_ptr_array_index(files, i)) && ok;
  return ok;
}

static gboolean check_instance(const Lab *lab, const char *student, gboolean sheet) {
  g_autoptr(GError) error = NULL;
  g_autoptr(LabInstance) instance = lab_instance_new(lab, VARIANT_DEFAULT_SECRET, student, &error);
  if (!instance)
    return complain(lab, NULL, "%s%s%s", student ? student : "", student ? ": " : "", error->message);
  gboolean ok = !student || key_is_right(instance); /* an answers file is a student's */
  return (!sheet || sheet_is_silent(instance)) && ok;
}

/* Worksheets hold pictures, which take their time: the first few students' will do. */
static gboolean check_lab(const Lab *lab, unsigned n_variants) {
  gboolean ok = check_instance(lab, NULL, FALSE);
  for (unsigned i = 1; i <= n_variants && ok; i++) {
    g_autofree char *student = g_strdup_printf("check-%u", i);
    ok = check_instance(lab, student, i <= 2);
  }
  return ok;
}

/* Every lab that there is, or those given. */
int lab_action_check(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  guint n = argc ? (guint)argc : course->files->len;
  unsigned n_variants = options->variants > 0 ? (unsigned)options->variants : DEFAULT_VARIANTS;
  int status = EXIT_HOLDS;
  printf("1..%u\n", n);
  for (guint i = 0; i < n; i++) {
    const char *operand = argc ? argv[i] : g_ptr_array_index(course->files, i);
    const Lab *lab = lab_course_find(course, operand);
    g_autofree char *name = cli_clean(lab ? lab->name : operand);
    gboolean ok = lab && check_lab(lab, n_variants);
    printf("%sok %u - %s\n", ok ? "" : "not ", i + 1, name);
    if (!ok)
      status = lab ? MAX(status, EXIT_FAILED) : EXIT_CANNOT;
  }
  return cli_flush(status);
}
