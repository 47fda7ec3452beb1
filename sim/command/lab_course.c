#include "command/lab_course.h"

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/library.h"
#include "scenario/load.h"
#include "trace/nearest.h"

#define MOST_SECRET 4096

static int compare_files(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void free_lab(gpointer lab) {
  lab_free(lab);
}

static char *name_of(const char *file) {
  char *base = g_path_get_basename(file);
  if (g_str_has_suffix(base, LAB_SUFFIX))
    base[strlen(base) - strlen(LAB_SUFFIX)] = 0;
  return base;
}

/* Loads a file, or finds it loaded. `ret_errors` as lab_load(). */
static const Lab *load_once(LabCourse *course, const char *file, GPtrArray **ret_errors) {
  for (guint i = 0; i < course->labs->len; i++) {
    const Lab *lab = g_ptr_array_index(course->labs, i);
    if (strcmp(lab->file, file) == 0)
      return lab;
  }
  Lab *lab = lab_load(file, ret_errors);
  if (lab)
    g_ptr_array_add(course->labs, lab);
  return lab;
}

/* For graders: by the name alone. */
static const Lab *find_by_name(GradeLabs *labs, const char *name, char **ret_why) {
  LabCourse *course = (LabCourse *)labs;
  for (guint i = 0; i < course->files->len; i++) {
    const char *file = g_ptr_array_index(course->files, i);
    g_autofree char *own = name_of(file);
    GPtrArray *errors = NULL;
    if (strcmp(own, name) != 0)
      continue;
    const Lab *lab = load_once(course, file, &errors);
    if (lab)
      return lab;
    *ret_why = scenario_error_print(g_ptr_array_index(errors, 0));
    g_ptr_array_unref(errors);
    return NULL;
  }
  *ret_why = g_strdup_printf("there is no lab \"%s\"", name);
  return NULL;
}

static void add_shipped(LabCourse *course) {
  g_autofree char *library = library_folder();
  g_autofree char *folder = library ? g_build_filename(library, "labs", NULL) : NULL;
  GDir *dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
  for (const char *name; dir && (name = g_dir_read_name(dir));)
    if (g_str_has_suffix(name, LAB_SUFFIX))
      g_ptr_array_add(course->files, g_build_filename(folder, name, NULL));
  if (dir)
    g_dir_close(dir);
  g_ptr_array_sort(course->files, compare_files);
}

void lab_course_init(LabCourse *course, const LabOptions *options) {
  *course = (LabCourse){.finder = {find_by_name}};
  course->files = g_ptr_array_new_with_free_func(g_free);
  course->labs = g_ptr_array_new_with_free_func(free_lab);
  add_shipped(course);
  for (char **file = options->labs; file && *file; file++)
    g_ptr_array_insert(course->files, 0, g_strdup(*file)); /* these come first */
}

void lab_course_clear(LabCourse *course) {
  g_ptr_array_unref(course->files);
  g_ptr_array_unref(course->labs);
}

/* "01-four-segments" is meant by itself, by "four-segments", "01" and "1". */
static gboolean is_meant(const char *name, const char *operand) {
  const char *dash = strchr(name, '-');
  if (strcmp(name, operand) == 0)
    return TRUE;
  if (!dash || strspn(name, "0123456789") != (size_t)(dash - name))
    return FALSE;
  while (*operand == '0')
    operand++;
  while (*name == '0')
    name++;
  return strcmp(dash + 1, operand) == 0 ||
         (strlen(operand) == (size_t)(dash - name) && strncmp(name, operand, strlen(operand)) == 0);
}

static const char *file_of(LabCourse *course, const char *operand) {
  if (g_str_has_suffix(operand, LAB_SUFFIX) || strchr(operand, '/'))
    return operand;
  Nearest nearest = {.wanted = operand};
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < course->files->len; i++) {
    char *name = name_of(g_ptr_array_index(course->files, i));
    g_ptr_array_add(names, name);
    if (is_meant(name, operand))
      return g_ptr_array_index(course->files, i);
    nearest_offer(&nearest, name);
    nearest_offer(&nearest, strchr(name, '-') ? strchr(name, '-') + 1 : name);
  }
  if (nearest.word)
    cli_complain("lab", FALSE, "no lab \"%s\"; did you mean \"%s\"?", operand, nearest.word);
  else
    cli_complain("lab", FALSE, "no lab \"%s\"; `teardown lab list` lists them", operand);
  return NULL;
}

const Lab *lab_course_find(LabCourse *course, const char *operand) {
  GPtrArray *errors = NULL;
  const char *file = file_of(course, operand);
  const Lab *lab = file ? load_once(course, file, &errors) : NULL;
  if (errors) {
    cli_print_errors(errors);
    g_ptr_array_unref(errors);
  }
  return lab;
}

/* --- secret and students ------------------------------------------------------------------------------------------ */

static char *secret_of_file(const char *path) {
  g_autoptr(GString) text = g_string_new(NULL);
  int error = load_read_file(path, MOST_SECRET, text);
  g_autofree char *secret = g_strndup(text->str, strcspn(text->str, "\r\n"));
  if (error)
    cli_complain("lab", FALSE, "cannot read the secret %s: %s", path, g_strerror(error));
  else if (!*secret)
    cli_complain("lab", FALSE, "the secret %s is empty", path);
  else
    return g_steal_pointer(&secret);
  return NULL;
}

char *lab_course_secret(const LabOptions *options, gboolean *ret_own) {
  const char *given = g_getenv("TEARDOWN_LAB_SECRET");
  *ret_own = TRUE;
  if (options->secret)
    return secret_of_file(options->secret);
  if (given && *given)
    return g_strdup(given);
  if (g_file_test(LAB_SECRET_FILE, G_FILE_TEST_EXISTS))
    return secret_of_file(LAB_SECRET_FILE);
  *ret_own = FALSE;
  return g_strdup(VARIANT_DEFAULT_SECRET);
}

GradeRoster *lab_course_students(const LabOptions *options, gboolean needed) {
  g_autoptr(GError) error = NULL;
  GradeRoster *roster = options->roster ? grade_roster_load(options->roster, &error) : g_new0(GradeRoster, 1);
  if (!roster) {
    cli_complain("lab", FALSE, "%s", error->message);
    return NULL;
  }
  if (!roster->students)
    roster->students = g_ptr_array_new_with_free_func(g_free);
  for (char **student = options->students; student && *student; student++)
    if (!g_ptr_array_find_with_equal_func(roster->students, *student, g_str_equal, NULL))
      g_ptr_array_add(roster->students, g_strdup(*student));
  if (!needed || roster->students->len)
    return roster;
  grade_roster_free(roster);
  cli_complain("lab", TRUE, "for whom? Give --student ID, or --roster FILE with a student a line");
  return NULL;
}

int lab_course_write(const LabOptions *options, const GString *text) {
  if (options->output) {
    g_autofree char *folder = g_path_get_dirname(options->output), *name = g_path_get_basename(options->output);
    return cli_write_file(folder, name, text->str, text->len) ? EXIT_HOLDS : EXIT_CANNOT;
  }
  fwrite(text->str, 1, text->len, stdout);
  return cli_flush(EXIT_HOLDS);
}
