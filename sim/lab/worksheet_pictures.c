/* Pictures and captures of runs, with what they hide left out. */
#include "lab/worksheet_given.h"
#include "lab/worksheet_html.h"
#include "lab/worksheet_page.h"
#include "output/export/pcapng.h"
#include "output/picture/gnuplot.h"
#include "output/picture/plot.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* What names a state, or tells it apart: its name, the legend, the timers that only some states have. The title says
 * nothing here that the worksheet does not. */
static gboolean tells_state(const DrawingMark *mark) {
  return mark->role == ROLE_TITLE || mark->role == ROLE_STATE || mark->role == ROLE_LEGEND ||
         mark->role == ROLE_BRACKET || mark->role == ROLE_BRACKET_TEXT ||
         (mark->ink == INK_PORT && mark->role != ROLE_STRIP);
}

/* Strips stay, all alike: their ends show when a state changes, which the student fills in. */
static void blank_states(Drawing *drawing) {
  for (guint i = drawing->marks->len; i-- > 0;) {
    DrawingMark *mark = g_ptr_array_index(drawing->marks, i);
    if (tells_state(mark)) {
      g_ptr_array_remove_index(drawing->marks, i);
    } else if (mark->role == ROLE_STRIP) {
      mark->ink = INK_FAINT;
      mark->fill = FILL_EMPTY;
    }
  }
}

/* What gnuplot draws into a file of our own; NULL if it is not there. */
static GString *svg_of(const Drawing *drawing) {
  g_autofree char *folder = g_dir_make_tmp("teardown-XXXXXX", NULL);
  g_autofree char *path = folder ? g_build_filename(folder, "picture.svg", NULL) : NULL;
  g_autofree char *svg = NULL;
  GString *text = NULL;
  gsize length;
  if (path == NULL)
    return NULL;
  if (gnuplot_write(drawing, theme_find(theme_names()[0]), PICTURE_SVG, PICTURE_SCALE_DEFAULT, path, NULL) &&
      g_file_get_contents(path, &svg, &length, NULL))
    text = g_string_new_len(svg, (gssize)length);
  g_unlink(path);
  g_rmdir(folder);
  return text;
}

static void add_picture(const LabInstanceRun *run, GPtrArray *files) {
  const PlotOptions options = {.from = SIM_NEVER, .until = SIM_NEVER};
  g_autoptr(Trace) trace = worksheet_trace(run, FALSE);
  g_autoptr(Drawing) drawing = sequence_draw(trace, &options, NULL);
  if (drawing == NULL)
    return;
  if (run->run->hides & (1u << LAB_HIDE_STATES))
    blank_states(drawing);
  GString *svg = svg_of(drawing);
  g_autofree char *name = g_strdup_printf("%s.svg", run->run->name);
  if (svg)
    g_ptr_array_add(files, lab_file_new(name, svg));
}

/* A packet's comments tell changes of state: without the records there are none. */
static void add_capture(const LabInstanceRun *run, GPtrArray *files) {
  g_autoptr(Trace) trace = worksheet_trace(run, (run->run->hides & (1u << LAB_HIDE_STATES)) != 0);
  GString *capture = g_string_new(NULL);
  g_autofree char *name = g_strdup_printf("%s.pcapng", run->run->name);
  if (pcapng_write(trace, NULL, capture, NULL))
    g_ptr_array_add(files, lab_file_new(name, capture));
  else
    g_string_free(capture, TRUE);
}

void worksheet_add_pictures(const LabInstance *instance, GPtrArray *files) {
  for (guint i = 0; i < instance->runs->len; i++) {
    const LabInstanceRun *run = g_ptr_array_index(instance->runs, i);
    if (run->run->gives & (1u << LAB_GIVE_PICTURE))
      add_picture(run, files);
    if (run->run->gives & (1u << LAB_GIVE_CAPTURE))
      add_capture(run, files);
  }
}

void worksheet_html_pictures(GString *out, const GPtrArray *files, const LabInstanceRun *run) {
  const LabFile *picture = worksheet_file(files, run, ".svg");
  if (picture) {
    g_autofree char *data = g_base64_encode((const guchar *)picture->data, picture->length);
    g_string_append_printf(
        out, "<figure><img alt=\"sequence diagram\" src=\"data:image/svg+xml;base64,%s\"/></figure>\n", data);
  }
  if (worksheet_file(files, run, ".pcapng"))
    g_string_append_printf(out, "<p class=\"note\">The capture, for Wireshark, is in %s.pcapng.</p>\n", run->run->name);
}
