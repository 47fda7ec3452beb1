/* The pictures among the files of -o DIR. */
#ifndef TEARDOWN_COMMAND_SHOW_PICTURES_H
#define TEARDOWN_COMMAND_SHOW_PICTURES_H

#include "output/export/index.h"
#include "trace/trace.h"

/* Draws the sequence diagram and the state chart into `directory`, which exists. Adds them to `index`, and to its
 * `left_out` what is not possible, in one sentence where there is no gnuplot. FALSE after a complaint on stderr if a
 * file cannot be written. */
gboolean show_write_pictures(const Trace *trace, Index *index, const char *directory);

#endif
