/* Pictures and captures of runs. */
#include "lab/worksheet_html.h"
#include "lab/worksheet_page.h"

void worksheet_add_pictures(const LabInstance *instance, GPtrArray *files) {
  (void)instance, (void)files;
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
