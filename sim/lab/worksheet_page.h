/* The parts of a worksheet that are not Markdown or answers (worksheet.h). */
#ifndef TEARDOWN_LAB_WORKSHEET_PAGE_H
#define TEARDOWN_LAB_WORKSHEET_PAGE_H

#include "lab/worksheet.h"

/* "worksheet.html": to print, or to read. */
void worksheet_add_html(const LabInstance *instance, GPtrArray *files);
/* "answers.schema.json": what an editor checks answers.json against. */
void worksheet_add_schema(const LabInstance *instance, GPtrArray *files);
/* Sequence diagrams ("RUN.svg") and captures ("RUN.pcapng") of the runs that give them, with their blanks. What cannot
 * be made here is left out. */
void worksheet_add_pictures(const LabInstance *instance, GPtrArray *files);
/* The file RUN.SUFFIX among `files`; NULL if there is none. `suffix` begins with a dot. */
const LabFile *worksheet_file(const GPtrArray *files, const LabInstanceRun *run, const char *suffix);
/* Appends the picture of a run as it stands in a page, and names its capture. */
void worksheet_html_pictures(GString *out, const GPtrArray *files, const LabInstanceRun *run);

#endif
