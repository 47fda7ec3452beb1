#include "lab/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/load.h"

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void add_problem(Answers *answers, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add_problem(Answers *answers, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_ptr_array_add(answers->problems, g_strdup_vprintf(format, arguments));
  va_end(arguments);
}

static Answers *answers_new(const char *path, const char *folder) {
  Answers *answers = g_new0(Answers, 1);
  answers->file = g_strdup(path);
  answers->folder = g_strdup(folder);
  answers->problems = g_ptr_array_new_with_free_func(g_free);
  return answers;
}

static char *take_text(Loader *l, const JsonAt *root, const char *key) {
  JsonAt at;
  const char *text;
  if (!load_member(l, root, key, &at) || cJSON_IsNull(at.item) || !load_text(l, &at, "a text", &text) || !*text)
    return NULL;
  return g_utf8_strlen(text, -1) > ANSWERS_MOST_NAME ? g_utf8_substring(text, 0, ANSWERS_MOST_NAME) : g_strdup(text);
}

static cJSON *take_object(Loader *l, const JsonAt *root, const char *key) {
  JsonAt at;
  if (!load_member(l, root, key, &at))
    return NULL;
  if (cJSON_IsObject(at.item))
    return at.item;
  load_type_error(l, &at, "an object {...}");
  return NULL;
}

static void read_root(Answers *answers, GPtrArray *errors) {
  static const char *const keys[] = {"$schema", "lab", "student", "variant", "answers", "hints", NULL};
  Loader l = {.doc = answers->doc, .errors = errors};
  JsonAt root = {NULL, json_doc_root(answers->doc), -1};
  if (!load_object(&l, &root, keys))
    return;
  answers->lab = take_text(&l, &root, "lab");
  answers->student = take_text(&l, &root, "student");
  answers->variant = take_text(&l, &root, "variant");
  answers->answers = take_object(&l, &root, "answers");
  answers->hints = take_object(&l, &root, "hints");
}

/* Of text from memory `folder` is NULL: it may name no file. */
static void parse(Answers *answers, const char *text, size_t length) {
  g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_error_free);
  if (length > ANSWERS_MOST_OCTETS) {
    add_problem(answers, "%s: this file is larger than %d KiB", answers->file, ANSWERS_MOST_OCTETS / 1024);
    return;
  }
  answers->doc = json_doc_new(text, length, answers->file, errors);
  if (answers->doc)
    read_root(answers, errors);
  load_sort_errors(errors, answers->file);
  for (guint i = 0; i < errors->len && i < 20; i++)
    g_ptr_array_add(answers->problems, scenario_error_print(g_ptr_array_index(errors, i)));
}

Answers *answers_parse(const char *text, size_t length, const char *path) {
  Answers *answers = answers_new(path, NULL);
  parse(answers, text, length);
  return answers;
}

/* Opens a regular file that lies in the folder itself; -1 with errno for anything else: links lead elsewhere, and a
 * pipe would never end. */
static int open_regular(int folder, const char *name) {
  int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat status;
  if (file >= 0 && (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))) {
    int error = S_ISDIR(status.st_mode) ? EISDIR : ENXIO;
    close(file);
    errno = error;
    return -1;
  }
  return file;
}

/* Reads an open file and closes it: all of it, or a little more than `most` octets if it is larger. */
static GString *read_open(int file, size_t most) {
  GString *text = g_string_new(NULL);
  char buffer[16384];
  ssize_t got;
  while (text->len <= most && (got = read(file, buffer, sizeof buffer)) > 0)
    g_string_append_len(text, buffer, got);
  close(file);
  return text;
}

Answers *answers_load(const char *path) {
  g_autofree char *folder = g_path_get_dirname(path);
  Answers *answers = answers_new(path, folder);
  int file = open_regular(AT_FDCWD, path);
  if (file < 0) {
    add_problem(answers, "%s: cannot read this file: %s", path,
                errno == ELOOP   ? "it is a link, and links are not followed"
                : errno == ENXIO ? "it is no regular file"
                                 : g_strerror(errno));
    return answers;
  }
  g_autoptr(GString) text = read_open(file, ANSWERS_MOST_OCTETS);
  parse(answers, text->str, text->len);
  return answers;
}

void answers_free(Answers *answers) {
  if (!answers)
    return;
  g_free(answers->file);
  g_free(answers->folder);
  g_free(answers->lab);
  g_free(answers->student);
  g_free(answers->variant);
  json_doc_free(answers->doc);
  g_ptr_array_unref(answers->problems);
  g_free(answers);
}

LabAnswer answers_get(const Answers *answers, const char *question, char **ret_text) {
  const cJSON *value = cJSON_GetObjectItemCaseSensitive(answers->answers, question);
  *ret_text = NULL;
  if (!value || cJSON_IsNull(value) || json_doc_refused(answers->doc, value))
    return (LabAnswer){NULL, NULL, answers->folder};
  *ret_text = json_doc_token(answers->doc, value);
  return (LabAnswer){value, *ret_text, answers->folder};
}

unsigned answers_hints(const Answers *answers, const LabQuestion *question) {
  const cJSON *value = cJSON_GetObjectItemCaseSensitive(answers->hints, question->id);
  if (!cJSON_IsNumber(value) || !(value->valuedouble > 0))
    return 0;
  return value->valuedouble < question->hints->len ? (unsigned)value->valuedouble : question->hints->len;
}

/* --- files beside the answers ------------------------------------------------------------------------------------- */

static char *cannot_read(GError **error, const char *message) {
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, message);
  return NULL;
}

static int open_beside(const char *folder, const char *name) {
  int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0)
    return -1;
  int file = open_regular(directory, name);
  close(directory);
  return file;
}

char *answers_read_beside(const char *folder, const char *name, size_t most, size_t *ret_length, GError **error) {
  if (!folder)
    return cannot_read(error, "these answers stand in no folder: give the scenario itself, not a file's name");
  if (!*name || strlen(name) > 128 || name[0] == '.' || strchr(name, '/') || strchr(name, '\\'))
    return cannot_read(error, "a file's name is expected, of a file beside the answers: no folder, no leading dot");
  int file = open_beside(folder, name);
  if (file < 0)
    return cannot_read(error, "there is no such file beside the answers");
  g_autoptr(GString) text = read_open(file, most);
  if (text->len > most)
    return cannot_read(error, "this file is too large");
  *ret_length = text->len;
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void append_string(GString *out, const char *text) {
  cJSON *item = cJSON_CreateString(text);
  char *json = cJSON_PrintUnformatted(item);
  g_string_append(out, json);
  cJSON_free(json);
  cJSON_Delete(item);
}

/* The expected text of a blank as JSON. */
static void append_expected(const LabBlank *blank, GString *out) {
  g_auto(GStrv) words = NULL;
  gboolean numbers = blank->type == LAB_BLANK_SEGMENTS;
  switch (blank->type) {
  case LAB_BLANK_COUNT:
  case LAB_BLANK_SEGMENT:
    g_string_append(out, blank->expected);
    return;
  case LAB_BLANK_STATE:
  case LAB_BLANK_TIME:
  case LAB_BLANK_LETTER:
  case LAB_BLANK_STIMULUS:
    append_string(out, blank->expected);
    return;
  case LAB_BLANK_SCENARIO:
  case LAB_BLANK_PARAMS:
    g_string_append(out, "null");
    return;
  case LAB_BLANK_LETTERS:
  case LAB_BLANK_ORDER:
  case LAB_BLANK_SEGMENTS:
    words = g_strsplit(blank->expected, " ", -1);
    break;
  case LAB_BLANK_PATH:
    words = g_strsplit(blank->expected, ", ", -1);
    break;
  }
  g_string_append_c(out, '[');
  for (guint i = 0; words[i]; i++) {
    g_string_append(out, i ? ", " : "");
    if (numbers)
      g_string_append(out, words[i]);
    else
      append_string(out, words[i]);
  }
  g_string_append_c(out, ']');
}

static void append_blank(const LabKey *key, guint index, gboolean filled, GString *out) {
  const LabBlank *blank = g_ptr_array_index(key->blanks, index);
  gboolean list = key->several || blank->type == LAB_BLANK_ORDER || blank->type == LAB_BLANK_PATH;
  if (filled)
    append_expected(blank, out);
  else
    g_string_append(out, list ? "[]" : "null");
}

/* An object for kinds with fields, a list for a column, else the one blank; a design has one answer whatever its goals.
 * */
static void append_answer(const LabKey *key, gboolean filled, GString *out) {
  gboolean one = key->question->kind == LAB_DESIGN || (!key->answer_fields && key->question->kind != LAB_STATES);
  if (one) {
    append_blank(key, 0, filled, out);
    return;
  }
  g_string_append_c(out, key->answer_fields ? '{' : '[');
  for (guint i = 0; i < key->blanks->len; i++) {
    g_string_append(out, i ? ", " : "");
    if (key->answer_fields) {
      append_string(out, g_ptr_array_index(key->answer_fields, i));
      g_string_append(out, ": ");
    }
    append_blank(key, i, filled, out);
  }
  g_string_append_c(out, key->answer_fields ? '}' : ']');
}

static void write_answers(const LabInstance *instance, gboolean filled, GString *out) {
  g_string_append(out, "{\n  \"$schema\": \"answers.schema.json\",\n  \"lab\": ");
  append_string(out, instance->lab->name);
  g_string_append(out, ",\n  \"student\": ");
  if (instance->student)
    append_string(out, instance->student);
  else
    g_string_append(out, "null");
  g_string_append_printf(out, ",\n  \"variant\": \"%s\",\n  \"answers\": {", instance->code);
  for (guint i = 0; i < instance->keys->len; i++) {
    const LabKey *key = g_ptr_array_index(instance->keys, i);
    g_string_append_printf(out, "%s\n    \"%s\": ", i ? "," : "", key->question->id);
    append_answer(key, filled, out);
  }
  g_string_append(out, "\n  },\n  \"hints\": {");
  for (guint i = 0; i < instance->keys->len; i++)
    g_string_append_printf(out, "%s\"%s\": 0", i ? ", " : "",
                           ((const LabKey *)g_ptr_array_index(instance->keys, i))->question->id);
  g_string_append(out, "}\n}\n");
}

void answers_write_blank(const LabInstance *instance, GString *out) {
  write_answers(instance, FALSE, out);
}

void answers_write_key(const LabInstance *instance, GString *out) {
  write_answers(instance, TRUE, out);
}
