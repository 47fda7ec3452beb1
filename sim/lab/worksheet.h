/* What `lab start` hands out: files, for one student. No key is bound to its question in any of them. */
#ifndef TEARDOWN_LAB_WORKSHEET_H
#define TEARDOWN_LAB_WORKSHEET_H

#include "lab/instance.h"

#include <glib.h>

typedef struct LabFile {
  char *name; /* a plain name: "worksheet.md" */
  char *data;
  size_t length;
} LabFile;

LabFile *lab_file_new(const char *name, GString *text); /* takes the text over */
void lab_file_free(LabFile *file);

/* All files of a student's lab, of LabFile, owned by the caller. */
GPtrArray *lab_worksheet(const LabInstance *instance);

/* The parts, each adding its files. */
void worksheet_add_markdown(const LabInstance *instance, GPtrArray *files);
void worksheet_add_answers(const LabInstance *instance, GPtrArray *files);

#endif
