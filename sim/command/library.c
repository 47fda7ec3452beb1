#include "command/library.h"

#include <string.h>

#include "command/cli.h"
#include "trace/nearest.h"

#define SUFFIX ".json"

/* What comes with teardown. A file or folder in it tells a folder of ours from any other of the name. */
typedef struct Library {
  const char *name, *variable, *mark;
} Library;
static const Library SCENARIOS = {"scenarios", "TEARDOWN_SCENARIOS", "normal"};
static const Library SWEEPS = {"sweeps", "TEARDOWN_SWEEPS", "loss.json"};

static gboolean is_library(const Library *library, const char *folder) {
  g_autofree char *mark = g_build_filename(folder, library->mark, NULL);
  return g_file_test(mark, G_FILE_TEST_EXISTS);
}

static char *folder_of(const Library *library) {
  const char *given = g_getenv(library->variable);
  if (given && *given)
    return g_strdup(given);
  g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *beside = program ? g_path_get_dirname(program) : NULL;
  static const char *const ups[] = {"..", "../.."};
  for (size_t i = 0; beside && i < G_N_ELEMENTS(ups); i++) {
    g_autofree char *candidate = g_build_filename(beside, ups[i], library->name, NULL);
    if (is_library(library, candidate))
      return g_canonicalize_filename(candidate, NULL);
  }
  static const char *const elsewhere[] = {TEARDOWN_SOURCE, TEARDOWN_DATADIR};
  for (size_t i = 0; i < G_N_ELEMENTS(elsewhere); i++) {
    g_autofree char *candidate = g_build_filename(elsewhere[i], library->name, NULL);
    if (is_library(library, candidate))
      return g_steal_pointer(&candidate);
  }
  return NULL;
}

char *library_folder(void) {
  return folder_of(&SCENARIOS);
}

static int compare_names(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds SUBJECT/NAME for each scenario of one subject. */
static void add_subject(GPtrArray *names, const char *folder, const char *subject) {
  g_autofree char *path = g_build_filename(folder, subject, NULL);
  GDir *dir = g_dir_open(path, 0, NULL);
  for (const char *file; dir && (file = g_dir_read_name(dir));)
    if (cli_is_scenario_name(file))
      g_ptr_array_add(names, g_strdup_printf("%s/%.*s", subject, (int)(strlen(file) - strlen(SUFFIX)), file));
  if (dir)
    g_dir_close(dir);
}

GPtrArray *library_names(void) {
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *folder = library_folder();
  GDir *dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
  for (const char *subject; dir && (subject = g_dir_read_name(dir));)
    add_subject(names, folder, subject);
  if (dir)
    g_dir_close(dir);
  g_ptr_array_sort(names, compare_names);
  return names;
}

GPtrArray *library_sweeps(void) {
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *folder = folder_of(&SWEEPS);
  GDir *dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
  for (const char *file; dir && (file = g_dir_read_name(dir));)
    if (g_str_has_suffix(file, SUFFIX))
      g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(SUFFIX)));
  if (dir)
    g_dir_close(dir);
  g_ptr_array_sort(names, compare_names);
  return names;
}

static gboolean is_path(const char *operand) {
  return strcmp(operand, "-") == 0 || g_file_test(operand, G_FILE_TEST_IS_REGULAR) ||
         g_str_has_suffix(operand, SUFFIX) || strchr(operand, '.') || g_path_is_absolute(operand);
}

char *library_find_sweep(const char *operand) {
  if (is_path(operand))
    return g_strdup(operand);
  g_autoptr(GPtrArray) names = library_sweeps();
  Nearest nearest = {.wanted = operand};
  for (guint i = 0; i < names->len; i++) {
    if (strcmp(names->pdata[i], operand) != 0) {
      nearest_offer(&nearest, names->pdata[i]);
      continue;
    }
    g_autofree char *folder = folder_of(&SWEEPS);
    g_autofree char *file = g_strconcat(operand, SUFFIX, NULL);
    return g_build_filename(folder, file, NULL);
  }
  if (nearest.word)
    cli_complain("sweep", FALSE, "no file and no sweep \"%s\"; did you mean \"%s\"?", operand, nearest.word);
  else
    cli_complain("sweep", FALSE, "no file and no sweep \"%s\"; `teardown sweep --list` lists those that come with it",
                 operand);
  return NULL;
}

static gboolean is_named(const char *name, const char *operand) {
  const char *slash = strrchr(name, '/');
  return strcmp(name, operand) == 0 || strcmp(slash + 1, operand) == 0;
}

/* The names that `operand` may mean, as "a, b", or NULL for none. */
static char *complain_of(const GPtrArray *names, const char *operand) {
  Nearest nearest = {.wanted = operand};
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index(names, i);
    nearest_offer(&nearest, name);
    nearest_offer(&nearest, strrchr(name, '/') + 1);
  }
  return nearest.word ? g_strdup_printf("; did you mean \"%s\"?", nearest.word)
                      : g_strdup("; `teardown scenarios` lists those that come with it");
}

char *library_find(const char *verb, const char *operand) {
  if (strcmp(operand, "-") == 0 || g_file_test(operand, G_FILE_TEST_EXISTS) || g_str_has_suffix(operand, SUFFIX) ||
      strchr(operand, '.') || g_path_is_absolute(operand))
    return g_strdup(operand);
  g_autoptr(GPtrArray) names = library_names();
  const char *found = NULL, *other = NULL;
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index(names, i);
    if (!is_named(name, operand))
      continue;
    other = found;
    found = name;
  }
  if (other) {
    cli_complain(verb, FALSE, "%s may be %s or %s", operand, other, found);
    return NULL;
  }
  if (!found) {
    g_autofree char *hint = complain_of(names, operand);
    cli_complain(verb, FALSE, "no file and no scenario \"%s\"%s", operand, hint);
    return NULL;
  }
  g_autofree char *folder = library_folder();
  g_autofree char *file = g_strconcat(found, SUFFIX, NULL);
  return g_build_filename(folder, file, NULL);
}
