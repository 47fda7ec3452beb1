/* Texts from outside in a page of Markdown (CommonMark): they come out as they are, and are no mark and no tag. */
#ifndef TEARDOWN_OUTPUT_EXPORT_MARKDOWN_H
#define TEARDOWN_OUTPUT_EXPORT_MARKDOWN_H

#include <glib.h>

/* Appends a text, one line, so that no character of it is a mark. */
void markdown_append(GString *out, const char *text);
/* A link's target: what may not stand in one is written by its number. */
void markdown_append_url(GString *out, const char *url);

#endif
