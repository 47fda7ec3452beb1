/* A trace as tables for spreadsheets and data frames: comma-separated values (RFC 4180) in UTF-8, lines ended by CRLF,
 * the first line naming the columns. docs/exports.md describes the columns.
 *
 * Numbers are written as such: digits, for times seconds with nine digits after the point. Whatever is not a number is
 * text: control and other invisible characters become visible symbols, and a text that begins with a character by which
 * a spreadsheet knows a formula (= + - @, their full-width forms, tab, CR) gets an apostrophe before it. No number is
 * negative, so none is mistaken for a formula. A value that is not known leaves its cell empty. */
#ifndef TEARDOWN_OUTPUT_EXPORT_CSV_H
#define TEARDOWN_OUTPUT_EXPORT_CSV_H

#include "trace/trace.h"

/* Appends a row for each stay of each end in a state; states left at the instant they were entered are rows too, of no
 * length. Always TRUE. */
gboolean csv_write_states(const Trace *trace, GString *out, GError **error);

/* Appends a row for each segment, copies and forgeries included, in the order in which they entered the network. Always
 * TRUE. */
gboolean csv_write_segments(const Trace *trace, GString *out, GError **error);

/* Appends a text as a cell, made harmless; no comma. */
void csv_append_text(GString *out, const char *text);

#endif
