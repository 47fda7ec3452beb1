#include "command/show_pictures.h"

#include "output/picture/gnuplot.h"
#include "output/picture/plot.h"

typedef struct Picture {
  const char *name, *about; /* of the file, without its suffix */
  Drawing *(*draw)(const Trace *trace, const PlotOptions *options, GError **error);
} Picture;

static const Picture PICTURES[] = {
    {"sequence", "the segments between the hosts, to scale", sequence_draw},
    {"states", "the states of each end over time", states_draw},
};

/* SVG for the page, PNG for slides. */
static const PictureFormat FORMATS[] = {PICTURE_SVG, PICTURE_PNG};

static gboolean write_picture(const Drawing *drawing, const Picture *picture, PictureFormat format, Index *index,
                              const char *directory, GError **error) {
  g_autofree char *name = g_strdup_printf("%s.%s", picture->name, picture_format_extension(format));
  g_autofree char *path = g_build_filename(directory, name, NULL);
  const Theme *theme = theme_find(theme_names()[0]);
  if (!gnuplot_write(drawing, theme, format, PICTURE_SCALE_DEFAULT, path, error))
    return FALSE;
  index_add_file(index, name, picture->about, format == PICTURE_SVG);
  return TRUE;
}

static gboolean draw(const Trace *trace, const Picture *picture, Index *index, const char *directory, GError **error) {
  const PlotOptions options = {.from = SIM_NEVER, .until = SIM_NEVER};
  g_autoptr(Drawing) drawing = picture->draw(trace, &options, error);
  if (!drawing)
    return FALSE;
  for (unsigned i = 0; i < G_N_ELEMENTS(FORMATS); i++)
    if (!write_picture(drawing, picture, FORMATS[i], index, directory, error))
      return FALSE;
  return TRUE;
}

gboolean show_write_pictures(const Trace *trace, Index *index, const char *directory) {
  for (unsigned i = 0; i < G_N_ELEMENTS(PICTURES); i++) {
    g_autoptr(GError) error = NULL;
    if (draw(trace, &PICTURES[i], index, directory, &error))
      continue;
    gboolean all = g_error_matches(error, PICTURE_ERROR, PICTURE_ERROR_NO_GNUPLOT);
    g_ptr_array_add(index->left_out,
                    g_strdup_printf("%s left out: %s", all ? "pictures are" : PICTURES[i].name, error->message));
    if (all)
      break; /* the next would say the same */
  }
  return TRUE;
}
