/* HTML of a lab's parts, for the printable worksheet and for question banks. All texts are cleaned and escaped; braces
 * become entities, so that no text can begin a Moodle cloze. */
#ifndef TEARDOWN_LAB_WORKSHEET_HTML_H
#define TEARDOWN_LAB_WORKSHEET_HTML_H

#include "lab/instance.h"

#include <glib.h>

/* Appends what stands for a blank. */
typedef void (*LabBlankHtml)(GString *out, const LabKey *key, unsigned blank);

/* Appends a text, escaped; lines parted by <br/>. */
void worksheet_html_text(GString *out, const char *text);
/* The sections that are given of a run: headings, lists, figures. `level` is that of the headings. */
void worksheet_html_given(GString *out, const LabInstanceRun *run, unsigned level);
/* The question's text, its table, and the blanks that stand in none of its cells, each with its label. */
void worksheet_html_question(GString *out, const LabKey *key, LabBlankHtml blank);
/* The question's text and table without blanks of its own (cells that are blanks stay empty). */
void worksheet_html_asked(GString *out, const LabKey *key);

#endif
