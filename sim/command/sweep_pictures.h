/* Which numbers of a sweep make which picture: chosen by what varies, or as the user asks. */
#ifndef TEARDOWN_COMMAND_SWEEP_PICTURES_H
#define TEARDOWN_COMMAND_SWEEP_PICTURES_H

#include "command/sweep_table.h"
#include "output/picture/gnuplot.h"

typedef enum { SWEEP_PICTURE_CURVE, SWEEP_PICTURE_HEAT, SWEEP_PICTURE_CDF } SweepPictureKind;

/* FALSE for a word that is none of "curve", "heat", "cdf". */
gboolean sweep_picture_kind(const char *word, SweepPictureKind *ret_kind);

/* What is wanted; what is NULL is chosen. */
typedef struct SweepPictureOptions {
  char **of;    /* quantities (sweep_table.h), or "ends", "durations"; of a CDF measures: "server.done" */
  char *x, *by; /* parameters: to the right; a curve each, or upwards */
  char **where; /* "NAME=VALUE": the cells to take where a parameter is neither */
} SweepPictureOptions;

/* Owned by the caller. NULL with `error`. */
Drawing *sweep_picture_draw(const SweepTable *table, SweepPictureKind kind, const SweepPictureOptions *options,
                            GError **error);

/* The --pictures of a verb: a format, "none", or NULL for the usual one. FALSE after a complaint. */
gboolean sweep_pictures_option(const char *verb, const char *word, gboolean *ret_draws, PictureFormat *ret_format);

/* Draws what the result in the folder has to show, in files beside sweep.json, and says on standard output which; or
 * why there are none: that is no failure of the sweep. */
void sweep_pictures_write(const char *folder, PictureFormat format);

#endif
