#include "run/sweep_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "trace/json_text.h"

#define MOST_CELLS 1000000
#define MOST_LINE  (256 * 1024 * 1024)

static gboolean fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean fail(GError **error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, message);
  return FALSE;
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

struct SweepPart {
  char *path;
  FILE *file;
  gboolean empty;
};

static gboolean put_line(SweepPart *part, GString *line, GError **error) {
  gboolean good = fwrite(line->str, 1, line->len, part->file) == line->len && fflush(part->file) == 0;
  int reason = errno;
  g_string_free(line, TRUE);
  return good || fail(error, "%s: %s", part->path, g_strerror(reason));
}

SweepPart *sweep_part_new(const char *folder, const char *name, const char *digest, uint64_t cells,
                          const char *head_json, const char *head_csv, GError **error) {
  if (g_mkdir_with_parents(folder, 0777) != 0) {
    fail(error, "cannot make the folder %s: %s", folder, g_strerror(errno));
    return NULL;
  }
  SweepPart *part = g_new0(SweepPart, 1);
  part->empty = TRUE;
  for (unsigned k = 0; k < 100000; k++) {
    g_autofree char *base = g_strdup_printf("part-%s.%u.jsonl", name, k);
    g_free(part->path);
    part->path = g_build_filename(folder, base, NULL);
    part->file = fopen(part->path, "wbx");
    if (part->file || errno != EEXIST)
      break;
  }
  if (!part->file) {
    fail(error, "%s: %s", part->path, g_strerror(errno));
    g_free(part->path);
    g_free(part);
    return NULL;
  }
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "{\"digest\": \"%s\", \"cells\": %" G_GUINT64_FORMAT ", \"json\": ", digest, cells);
  json_append_string(line, head_json);
  g_string_append(line, ", \"csv\": ");
  json_append_string(line, head_csv);
  g_string_append(line, "}\n");
  if (!put_line(part, line, error)) {
    sweep_part_free(part);
    return NULL;
  }
  return part;
}

gboolean sweep_part_put(SweepPart *part, uint64_t cell, gboolean partial, const char *json, const char *csv,
                        GError **error) {
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "{\"cell\": %" G_GUINT64_FORMAT ", \"partial\": %d, \"json\": ", cell, partial != 0);
  json_append_string(line, json);
  g_string_append(line, ", \"csv\": ");
  json_append_string(line, csv);
  g_string_append(line, "}\n");
  part->empty = FALSE;
  return put_line(part, line, error);
}

void sweep_part_free(SweepPart *part) {
  if (!part)
    return;
  if (part->empty)
    g_unlink(part->path);
  fclose(part->file);
  g_free(part->path);
  g_free(part);
}

/* --- store -------------------------------------------------------------------------------------------------------- */

typedef enum { MISSING, PARTIAL, FINISHED } CellState;

typedef struct Place {
  uint8_t state; /* CellState */
  uint32_t file; /* index into paths */
  long offset;   /* of the line */
} Place;

struct SweepStore {
  GPtrArray *paths; /* of char * */
  char *digest, *head_json, *head_csv;
  uint64_t cells, finished;
  Place *places; /* of each cell */
};

SweepStore *sweep_store_new(void) {
  SweepStore *store = g_new0(SweepStore, 1);
  store->paths = g_ptr_array_new_with_free_func(g_free);
  return store;
}

void sweep_store_free(SweepStore *store) {
  if (!store)
    return;
  g_ptr_array_unref(store->paths);
  g_free(store->digest);
  g_free(store->head_json);
  g_free(store->head_csv);
  g_free(store->places);
  g_free(store);
}

static int compare_paths(gconstpointer a, gconstpointer b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The parts of a folder, in the order of their names. */
static GPtrArray *list_parts(const char *folder, const char *name) {
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *prefix = g_strdup_printf("part-%s%s", name ? name : "", name ? "." : "");
  GDir *dir = g_dir_open(folder, 0, NULL);
  for (const char *base; dir && (base = g_dir_read_name(dir));)
    if (g_str_has_prefix(base, prefix) && g_str_has_suffix(base, ".jsonl"))
      g_ptr_array_add(paths, g_build_filename(folder, base, NULL));
  if (dir)
    g_dir_close(dir);
  g_ptr_array_sort(paths, compare_paths);
  return paths;
}

gboolean sweep_store_folder_has(const char *folder, const char *name) {
  g_autoptr(GPtrArray) parts = list_parts(folder, name);
  return parts->len > 0;
}

/* What a line may say; texts are decoded only when they are asked for. */
typedef struct Line {
  uint64_t cell, cells, partial;
  gboolean has_cell;
  JsonValue digest, json, csv; /* start is NULL: not there */
} Line;

static gboolean key_is(const JsonValue *key, const char *word) {
  size_t length = (size_t)(key->end - key->start);
  return length == strlen(word) + 2 && memcmp(key->start + 1, word, length - 2) == 0;
}

static gboolean parse_line(const char *text, size_t length, Line *line) {
  const char *message;
  JsonValue object, member, value;
  *line = (Line){0};
  if (!json_read_line(text, length, &object, &message) || object.type != JSON_OBJECT)
    return FALSE;
  for (const char *at = object.start; json_next(&object, &at, &member, &value);) {
    uint64_t *number = key_is(&member, "cell")      ? &line->cell
                       : key_is(&member, "cells")   ? &line->cells
                       : key_is(&member, "partial") ? &line->partial
                                                    : NULL;
    JsonValue *string = key_is(&member, "digest") ? &line->digest
                        : key_is(&member, "json") ? &line->json
                        : key_is(&member, "csv")  ? &line->csv
                                                  : NULL;
    line->has_cell |= key_is(&member, "cell");
    if (number ? value.type != JSON_INTEGER || !json_decode_integer(&value, MOST_CELLS, number)
               : !string || value.type != JSON_STRING)
      return FALSE;
    if (string)
      *string = value;
  }
  return line->json.start && line->csv.start;
}

static char *decode(const JsonValue *value) {
  GString *text = g_string_new(NULL);
  json_decode_string(value, text);
  return g_string_free(text, FALSE);
}

static gboolean take_head(SweepStore *store, const Line *line, const char *path, const char *digest, GError **error) {
  if (line->has_cell || !line->digest.start || line->cells == 0)
    return fail(error, "%s:1: this is no part of a sweep", path);
  g_autofree char *own = decode(&line->digest);
  if ((digest && strcmp(own, digest) != 0) || (store->digest && strcmp(own, store->digest) != 0))
    return fail(error, "%s:1: this is part of another sweep, or of one that was changed since", path);
  if (store->digest)
    return TRUE;
  store->digest = g_steal_pointer(&own);
  store->head_json = decode(&line->json);
  store->head_csv = decode(&line->csv);
  store->cells = line->cells;
  store->places = g_new0(Place, store->cells);
  return TRUE;
}

static void take_cell(SweepStore *store, const Line *line, long offset) {
  Place *place = &store->places[line->cell];
  CellState state = line->partial ? PARTIAL : FINISHED;
  if (place->state >= state)
    return;
  *place = (Place){(uint8_t)state, store->paths->len - 1, offset};
  store->finished += state == FINISHED;
}

/* Up to and without the newline. FALSE at the end, and for a line that was not written to its end. */
static gboolean read_line(FILE *file, GString *line) {
  g_string_truncate(line, 0);
  for (int c; (c = getc(file)) != EOF;) {
    if (c == '\n')
      return TRUE;
    if (line->len >= MOST_LINE)
      return FALSE;
    g_string_append_c(line, (char)c);
  }
  return FALSE;
}

static gboolean read_part(SweepStore *store, const char *path, const char *digest, GError **error) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return fail(error, "%s: %s", path, g_strerror(errno));
  g_ptr_array_add(store->paths, g_strdup(path));
  g_autoptr(GString) text = g_string_new(NULL);
  gboolean good = TRUE;
  long offset = 0;
  for (unsigned long number = 1; good && read_line(file, text); number++) {
    Line line;
    if (!parse_line(text->str, text->len, &line) || (number > 1 && (!line.has_cell || line.cell >= store->cells)))
      good = fail(error, "%s:%lu: this is no line of a part of a sweep", path, number);
    else if (number == 1)
      good = take_head(store, &line, path, digest, error);
    else
      take_cell(store, &line, offset);
    offset = ftell(file);
  }
  fclose(file);
  return good;
}

gboolean sweep_store_read(SweepStore *store, const char *folder, const char *digest, GError **error) {
  g_autoptr(GPtrArray) parts = list_parts(folder, NULL);
  for (guint i = 0; i < parts->len; i++)
    if (!read_part(store, g_ptr_array_index(parts, i), digest, error))
      return FALSE;
  return TRUE;
}

uint64_t sweep_store_cells(const SweepStore *store) {
  return store->cells;
}

uint64_t sweep_store_finished(const SweepStore *store) {
  return store->finished;
}

gboolean sweep_store_has(const SweepStore *store, uint64_t cell) {
  return cell < store->cells && store->places[cell].state == FINISHED;
}

/* --- results ------------------------------------------------------------------------------------------------------ */

typedef struct Output {
  char *path, *draft;
  FILE *file;
} Output;

static gboolean output_open(Output *output, const char *folder, const char *name, GError **error) {
  output->path = g_build_filename(folder, name, NULL);
  output->draft = g_strdup_printf("%s.part", output->path);
  output->file = fopen(output->draft, "wb");
  return output->file || fail(error, "%s: %s", output->draft, g_strerror(errno));
}

static gboolean output_close(Output *output, gboolean good, GError **error) {
  if (output->file) {
    gboolean written = !ferror(output->file);
    written &= fclose(output->file) == 0;
    if (good && (!written || g_rename(output->draft, output->path) != 0))
      good = fail(error, "%s: %s", output->path, g_strerror(errno));
    if (!good)
      g_unlink(output->draft);
  }
  g_free(output->path);
  g_free(output->draft);
  return good;
}

/* Copies the cells, reading each line again where it stands: they need not fit in memory. */
static gboolean copy_cells(const SweepStore *store, FILE *json, FILE *csv, GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  FILE *file = NULL;
  uint32_t open = UINT32_MAX;
  gboolean first = TRUE, good = TRUE;
  for (uint64_t cell = 0; cell < store->cells && good; cell++) {
    const Place *place = &store->places[cell];
    Line line;
    if (place->state == MISSING)
      continue;
    if (place->file != open) {
      if (file)
        fclose(file);
      open = place->file;
      file = fopen(g_ptr_array_index(store->paths, open), "rb");
    }
    if (!file || fseek(file, place->offset, SEEK_SET) != 0 || !read_line(file, text) ||
        !parse_line(text->str, text->len, &line)) {
      good = fail(error, "%s: cannot be read again", (const char *)g_ptr_array_index(store->paths, open));
      break;
    }
    g_autofree char *cell_json = decode(&line.json), *cell_csv = decode(&line.csv);
    fprintf(json, "%s\n%s", first ? "" : ",", cell_json);
    fputs(cell_csv, csv);
    first = FALSE;
  }
  if (file)
    fclose(file);
  return good;
}

gboolean sweep_store_write(const SweepStore *store, const char *folder, GError **error) {
  if (!store->cells)
    return fail(error, "%s: there is no part of a sweep", folder);
  Output json = {0}, csv = {0};
  gboolean good = output_open(&json, folder, "sweep.json", error) && output_open(&csv, folder, "sweep.csv", error);
  if (good) {
    fputs(store->head_json, json.file);
    fputs(store->head_csv, csv.file);
    good = copy_cells(store, json.file, csv.file, error);
    fprintf(json.file, "\n],\n\"finished\": %" G_GUINT64_FORMAT ", \"complete\": %s}\n", store->finished,
            store->finished == store->cells ? "true" : "false");
  }
  good = output_close(&json, good, error);
  return output_close(&csv, good, error);
}
