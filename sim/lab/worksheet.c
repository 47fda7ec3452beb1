#include "lab/worksheet.h"

#include <string.h>

#include "lab/answers.h"
#include "lab/worksheet_page.h"

LabFile *lab_file_new(const char *name, GString *text) {
  LabFile *file = g_new0(LabFile, 1);
  file->name = g_strdup(name);
  file->length = text->len;
  file->data = g_string_free(text, FALSE);
  return file;
}

void lab_file_free(LabFile *file) {
  if (file == NULL)
    return;
  g_free(file->name);
  g_free(file->data);
  g_free(file);
}

static void free_file(gpointer data) {
  lab_file_free(data);
}

void worksheet_add_answers(const LabInstance *instance, GPtrArray *files) {
  GString *text = g_string_new(NULL);
  answers_write_blank(instance, text);
  g_ptr_array_add(files, lab_file_new("answers.json", text));
}

const LabFile *worksheet_file(const GPtrArray *files, const LabInstanceRun *run, const char *suffix) {
  g_autofree char *name = g_strconcat(run->run->name, suffix, NULL);
  for (guint i = 0; i < files->len; i++) {
    const LabFile *file = g_ptr_array_index(files, i);
    if (strcmp(file->name, name) == 0)
      return file;
  }
  return NULL;
}

GPtrArray *lab_worksheet(const LabInstance *instance) {
  GPtrArray *files = g_ptr_array_new_with_free_func(free_file);
  worksheet_add_pictures(instance, files); /* first: the pages name them */
  worksheet_add_markdown(instance, files);
  worksheet_add_html(instance, files);
  worksheet_add_answers(instance, files);
  worksheet_add_schema(instance, files);
  return files;
}
