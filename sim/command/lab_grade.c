/* teardown lab grade: answers files, one or a class. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/lab_course.h"
#include "lab/format.h"

#define MOST_DEPTH 16

static int compare_paths(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is an answers file in a folder, by its name: "answers.json", "s1-answers.json", not a schema. */
static gboolean is_answers_name(const char *name) {
  return strstr(name, "answers") && g_str_has_suffix(name, ".json") && !g_str_has_suffix(name, ".schema.json");
}

/* Adds the answers files below a folder, by name. Links are not followed: one to a folder is passed over, one that has
 * an answers file's name is graded as what cannot be read, so that its student has a row. */
static gboolean collect(const char *path, unsigned depth, GPtrArray *files) {
  g_autoptr(GError) error = NULL;
  GDir *dir = g_dir_open(path, 0, &error);
  if (!dir) {
    cli_complain("lab", FALSE, "%s", error->message);
    return FALSE;
  }
  g_autoptr(GPtrArray) children = g_ptr_array_new_with_free_func(g_free);
  for (const char *name; (name = g_dir_read_name(dir));) {
    char *child = g_build_filename(path, name, NULL);
    gboolean is_link = g_file_test(child, G_FILE_TEST_IS_SYMLINK);
    if (is_answers_name(name) || (!is_link && g_file_test(child, G_FILE_TEST_IS_DIR)))
      g_ptr_array_add(children, child);
    else
      g_free(child);
  }
  g_dir_close(dir);
  g_ptr_array_sort(children, compare_paths);
  gboolean ok = TRUE;
  for (guint i = 0; i < children->len; i++) {
    const char *child = g_ptr_array_index(children, i);
    if (g_file_test(child, G_FILE_TEST_IS_SYMLINK) || !g_file_test(child, G_FILE_TEST_IS_DIR))
      g_ptr_array_add(files, g_strdup(child));
    else if (depth < MOST_DEPTH)
      ok = collect(child, depth + 1, files) && ok;
  }
  return ok;
}

static GPtrArray *collect_all(int argc, char **argv) {
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
  for (int i = 0; i < argc; i++) {
    if (!g_file_test(argv[i], G_FILE_TEST_IS_DIR))
      g_ptr_array_add(files, g_strdup(argv[i]));
    else if (!collect(argv[i], 0, files))
      return NULL;
  }
  if (files->len)
    return g_steal_pointer(&files);
  cli_complain("lab", TRUE,
               argc ? "no *answers*.json below the given folders" : "which answers? Give files or folders");
  return NULL;
}

static void show_progress(guint done, guint all) {
  if (all < 2 || !isatty(STDERR_FILENO))
    return;
  fprintf(stderr, "\rgraded %u of %u%s", done, all, done == all ? "\n" : "");
}

static void free_result(gpointer result) {
  grade_result_free(result);
}

static GPtrArray *grade_all(const GPtrArray *files, const GradeOptions *grading) {
  GPtrArray *results = g_ptr_array_new_with_free_func(free_result);
  for (guint i = 0; i < files->len; i++) {
    g_autoptr(Answers) answers = answers_load(g_ptr_array_index(files, i));
    g_ptr_array_add(results, grade_answers(answers, grading));
    show_progress(i + 1, files->len);
  }
  grade_mark_duplicates(results);
  return results;
}

/* A file for each result below -o DIR, for graders that take one. */
static int write_each(const GPtrArray *results, const LabFormat *format, const LabOptions *options) {
  const TextStyle style = {0};
  g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < results->len; i++) {
    const GradeResult *result = g_ptr_array_index(results, i);
    const char *student = variant_is_student(result->student) ? result->student : "unknown";
    g_autofree char *name = g_strdup_printf("%s.json", student);
    for (unsigned n = 2; !g_hash_table_add(taken, g_strdup(name)); n++) {
      g_free(name);
      name = g_strdup_printf("%s-%u.json", student, n);
    }
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_autoptr(GString) out = g_string_new(NULL);
    g_ptr_array_add(one, (gpointer)result);
    format->write_grades(one, &style, out);
    if (!cli_write_file(options->output, name, out->str, out->len))
      return EXIT_CANNOT;
  }
  return EXIT_HOLDS;
}

static int write_results(const GPtrArray *results, const LabFormat *format, const LabOptions *options) {
  if (format->one_only && results->len > 1) {
    if (!options->output)
      return cli_complain("lab", TRUE, "--format %s is one student's: give -o DIR for %u of them", format->name,
                          results->len);
    return write_each(results, format, options);
  }
  TextStyle style = cli_style(&options->style, stdout);
  if (options->output)
    style.colour = FALSE;
  g_autoptr(GString) out = g_string_new(NULL);
  format->write_grades(results, &style, out);
  return lab_course_write(options, out);
}

/* What needs a person, on stderr. */
static void report_remarks(const GPtrArray *results) {
  for (guint i = 0; i < results->len; i++) {
    const GradeResult *result = g_ptr_array_index(results, i);
    if (!result->remark)
      continue;
    g_autofree char *file = cli_clean(result->file), *remark = cli_clean(result->remark);
    gboolean named = g_str_has_prefix(remark, file); /* as the complaints of a file that cannot be read are */
    fprintf(stderr, "teardown lab: %s%s%s\n", named ? "" : file, named ? "" : ": ", remark);
  }
}

static int status_of(const GPtrArray *results) {
  int status = EXIT_HOLDS;
  for (guint i = 0; i < results->len; i++) {
    const GradeResult *result = g_ptr_array_index(results, i);
    if (result->verdict == GRADE_UNREADABLE)
      return EXIT_CANNOT;
    if (!grade_is_full(result))
      status = EXIT_FAILED;
  }
  return status;
}

int lab_action_grade(int argc, char **argv, LabCourse *course, const LabOptions *options) {
  const LabFormat *format = lab_format_find(options->format ? options->format : "text");
  if (!format || !format->write_grades)
    return cli_complain("lab", TRUE, "--format: \"%s\" is no format of grades", options->format);
  gboolean own;
  g_autofree char *secret = lab_course_secret(options, &own);
  g_autoptr(GPtrArray) files = secret ? collect_all(argc, argv) : NULL;
  GradeRoster *roster = files ? lab_course_students(options, FALSE) : NULL;
  if (!roster)
    return EXIT_CANNOT;
  GradeCache *cache = grade_cache_new();
  GradeOptions grading = {&course->finder, secret, roster->students->len ? roster : NULL, cache};
  g_autoptr(GPtrArray) results = grade_all(files, &grading);
  int status = write_results(results, format, options);
  if (!format->one_only)
    report_remarks(results);
  grade_roster_free(roster);
  grade_cache_free(cache);
  return status == EXIT_HOLDS ? status_of(results) : status;
}
