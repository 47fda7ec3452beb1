#include "output/export/export.h"

#include "output/export/csv.h"
#include "output/export/jsonl.h"
#include "output/export/mermaid.h"
#include "output/export/mscgen.h"
#include "output/export/packetdrill_script.h"
#include "output/export/pcapng.h"
#include "output/export/plantuml.h"

#include <string.h>

G_DEFINE_QUARK(teardown - export - error, export_error)

static gboolean write_all_hosts(const Trace *trace, GString *out, GError **error) {
  return pcapng_write(trace, NULL, out, error);
}

/* clang-format off */
static const ExportFormat FORMATS[] = {
    {"jsonl", "trace.jsonl", "the trace itself, a record a line", FALSE, NULL, jsonl_write, NULL},
    {"csv-states", "states.csv", "each end's states and their times, as a table", FALSE, NULL, csv_write_states, NULL},
    {"csv-segments", "segments.csv", "each segment and its fate, as a table", FALSE, NULL, csv_write_segments, NULL},
    {"pcapng", "all-hosts.pcapng", "a capture with an interface for each host, for Wireshark", TRUE,
     "what %s saw, for Wireshark", write_all_hosts, pcapng_write},
    {"mermaid", "diagram.mmd", "a sequence diagram for Mermaid", FALSE, NULL, mermaid_write, NULL},
    {"plantuml", "diagram.puml", "a sequence diagram for PlantUML", FALSE, NULL, plantuml_write, NULL},
    {"mscgen", "diagram.msc", "a message sequence chart for mscgen", FALSE, NULL, mscgen_write, NULL},
    {"packetdrill", "host.pkt", "a packetdrill script for one host, to hold a kernel against", FALSE,
     "a packetdrill script for %s", NULL, export_packetdrill},
};
/* clang-format on */

const ExportFormat *export_formats(unsigned *ret_count) {
  *ret_count = G_N_ELEMENTS(FORMATS);
  return FORMATS;
}

const ExportFormat *export_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(FORMATS); i++)
    if (strcmp(FORMATS[i].name, name) == 0)
      return &FORMATS[i];
  return NULL;
}

const char *export_suffix(const ExportFormat *format) {
  return strrchr(format->file, '.') + 1;
}

const ExportFormat *export_guess(const char *path) {
  const char *dot = strrchr(path, '.');
  const ExportFormat *found = NULL;
  for (unsigned i = 0; dot && i < G_N_ELEMENTS(FORMATS); i++) {
    if (strcmp(export_suffix(&FORMATS[i]), dot + 1) != 0)
      continue;
    if (found)
      return NULL;
    found = &FORMATS[i];
  }
  return found;
}
